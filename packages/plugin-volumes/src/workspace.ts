import type { Job, PodContribution } from '@millrace/core';
import { orderedSets } from './configured-volumes.ts';
import type { VolumesSettings } from './settings.ts';
import type { Volume } from './volume.ts';

const plugin = '@millrace/plugin-volumes';
/** Behind the configured ones, in volumes and in mounts. */
const rank = 100;

/**
 * Volumes that are configured for all containers at exactly the workspace's directory, as that is written in the
 * configuration: `/builds` covers `/builds`, not `/builds/` or a variable's text.
 */
function coveringVolumes(
  { sets }: VolumesSettings,
  directory: string,
): readonly (Volume | undefined)[] {
  const ordered = orderedSets(sets).map(([, set]) => set);
  const volumes = ordered.flatMap((set) => set.volumes);
  return ordered
    .flatMap(({ mounts }) => mounts)
    .filter(
      ({ mountPath, roles, containers }) =>
        mountPath === directory && roles === undefined && containers === undefined,
    )
    .map(({ name }) => volumes.find((volume) => volume.name === name));
}

/**
 * The job's own empty directory for its workspace, unless a configured volume is mounted there or the workspace is a claim,
 * which is mounted as the peer says.
 */
export function workspaceVolume(
  settings: VolumesSettings,
  { workspace }: Job,
): readonly PodContribution[] {
  if (workspace === undefined || settings.workspaceClaim.enabled) return [];
  const { directory, volumeName: name } = workspace;
  if (coveringVolumes(settings, directory).length > 0) return [];
  const reason = 'the workspace of the job; no configured volume is mounted there';
  const common = { kind: 'field', op: 'append', rank, source: { plugin }, reason } as const;
  return [
    { ...common, path: '/spec/volumes', value: { name, emptyDir: {} } },
    { ...common, on: {}, path: '/volumeMounts', value: { name, mountPath: directory } },
  ];
}

/** Whether other jobs may see the same workspace: it is a configured volume that outlives the pod. */
export function isWorkspaceShared(settings: VolumesSettings, { workspace }: Job): boolean {
  if (workspace === undefined) return false;
  const covering = coveringVolumes(settings, workspace.directory);
  return (
    covering.length > 0 &&
    covering.every(
      (volume) => volume?.['emptyDir'] === undefined && volume?.['ephemeral'] === undefined,
    )
  );
}
