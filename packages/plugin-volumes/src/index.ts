import { definePlugin, JobToken, SharedWorkspaceToken, type Plugin } from '@millrace/core';
import { configuredVolumes, duplicateNames } from './configured-volumes.ts';
import { settingsSchema, type VolumesSettings } from './settings.ts';
import { claimPlacement, workspaceClaim } from './workspace-claim.ts';
import { isWorkspaceShared, workspaceVolume } from './workspace.ts';

export type { Mount, VolumeSet, VolumesSettings, WorkspaceClaim } from './settings.ts';
export type { Volume } from './volume.ts';

/** Volumes and mounts of job pods. */
export const plugin: Plugin<VolumesSettings> = definePlugin({
  name: '@millrace/plugin-volumes',
  configKey: 'volumes',
  configSchema: settingsSchema,
  permissions: [
    {
      apiGroups: [''],
      resources: ['persistentvolumeclaims'],
      verbs: ['create', 'get', 'delete'],
      reason: 'A claim for the workspace of each job, where the settings ask for it.',
      optional: true,
    },
  ],
  setup: ({ settings, tap, provide }) => {
    provide(SharedWorkspaceToken, { needs: { settings, job: JobToken } }, (needs) =>
      isWorkspaceShared(needs.settings.value, needs.job),
    );
    tap('contributePod', { needs: { settings } }, (_unit, job, needs) => [
      ...configuredVolumes(needs.settings),
      ...duplicateNames(needs.settings),
      ...workspaceVolume(needs.settings.value, job),
      ...claimPlacement(job, needs.settings),
    ]);
    tap('contributeObject', { needs: { settings } }, (_units, job, needs) =>
      workspaceClaim(job, needs.settings),
    );
  },
});
