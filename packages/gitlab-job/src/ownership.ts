import type { ContainerRequest, FieldContribution } from '@millrace/core';
import { quotePosix, type ScriptBuilder } from '@millrace/shell';
import type { JobContext } from './job-context.ts';
import { pluginName } from './plugin-name.ts';
import type { ScriptSource } from './stages/stage-script.ts';

/** GitLab Runner's name for the container that tells the owner. */
const collector = 'init-build-uid-gid-collector';

/**
 * Whether sources belong to the user of the job's image. A first container of that image then makes a file, whose owner
 * the helper gives the sources to.
 */
const isWanted = ({ flags }: JobContext): boolean =>
  flags.isOn('FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR');

const markerIn = (directory: string): string => `${directory}/.gitlab-build-uid-gid`;

/** The container that makes the file. */
export function ownerContainers(context: JobContext): readonly ContainerRequest[] {
  if (!isWanted(context)) return [];
  return [{ name: collector, role: 'build', init: true, driven: false, variables: [], rank: -1 }];
}

/** Its command; GitLab Runner takes the directory as written. */
export function ownerContributions(context: JobContext): readonly FieldContribution[] {
  if (!isWanted(context)) return [];
  const command = ['sh', '-c', `> ${markerIn(context.settings.buildsDirectory)}`];
  return [
    {
      kind: 'field',
      on: { name: [collector] },
      path: '/command',
      op: 'set',
      value: command,
      source: { plugin: pluginName },
    },
  ];
}

/** Gives everything below the builds directory to the file's owner. */
export function giveToOwner({ context, layout }: ScriptSource, script: ScriptBuilder): void {
  if (!isWanted(context)) return;
  const { builds } = layout.directories;
  const marker = markerIn(builds);
  script.ifFile(marker, (found) =>
    found.raw(`chown -R "$(stat -c '%u:%g' ${quotePosix(marker)})" ${quotePosix(builds)}`),
  );
}

/** Removes the file. */
export function forgetOwner({ context, layout }: ScriptSource, script: ScriptBuilder): void {
  if (isWanted(context)) script.removeFile(markerIn(layout.directories.builds));
}
