import type { FieldContribution, Settings, Source } from '@millrace/core';
import type { JobContext } from './job-context.ts';
import type { JobSettings } from './settings.ts';

/** A volume for stages, mounted in all containers of the pod. */
interface StageVolume {
  readonly name: string;
  readonly directory: string;
}

/**
 * Where the pod keeps scripts and their output. With the exec strategy GitLab Runner has no such volumes, so there they
 * carry our name (gitlab/205).
 */
export function stageVolumes({ settings, payload, flags }: JobContext): {
  readonly scripts: StageVolume;
  readonly logs: StageVolume;
} {
  const volume = (base: string, name: string): StageVolume => ({
    name,
    directory: `${base.replace(/[/\\]+$/, '')}/${name}-${payload.project.id}-${payload.id}`,
  });
  const execStrategy = flags.isOn('FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY');
  const hasScripts = !execStrategy || flags.isOn('FF_USE_DUMB_INIT_WITH_KUBERNETES_EXECUTOR');
  return {
    scripts: volume(settings.scriptsBaseDirectory, hasScripts ? 'scripts' : 'millrace-scripts'),
    logs: volume(settings.logsBaseDirectory, execStrategy ? 'millrace-logs' : 'logs'),
  };
}

/** The volumes and their mounts. Configured volumes stand before them, configured mounts behind. */
export function volumeContributions(
  context: JobContext,
  { source }: Settings<JobSettings>,
): readonly FieldContribution[] {
  const { scripts, logs } = stageVolumes(context);
  return [
    ...contributions(scripts, 0, source(['scriptsBaseDirectory'])),
    ...contributions(logs, 1, source(['logsBaseDirectory'])),
  ];
}

function contributions(
  { name, directory }: StageVolume,
  position: number,
  source: Source,
): readonly FieldContribution[] {
  return [
    {
      kind: 'field',
      path: '/spec/volumes',
      op: 'append',
      value: { name, emptyDir: {} },
      rank: 200 + 10 * position,
      source,
    },
    {
      kind: 'field',
      on: {},
      path: '/volumeMounts',
      op: 'append',
      value: { name, mountPath: directory },
      rank: -200 + 10 * position,
      source,
    },
  ];
}
