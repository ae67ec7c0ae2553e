import { definePlugin, VariablesToken, type Plugin } from '@millrace/core';
import { readPatchFiles } from './patch-files.ts';
import { patchPod } from './patch-pod.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type PodPatchSettings } from './settings.ts';
import { isOn, switchNotes } from './switch.ts';

export type { ConfiguredPatch, PodPatchSettings } from './settings.ts';

/** The operator's own patches of job pods. */
export const plugin: Plugin<PodPatchSettings, Readonly<Record<never, never>>> = definePlugin({
  name: pluginName,
  configKey: 'pod_patch',
  configSchema: settingsSchema,
  permissions: [],
  setup: async ({ config, settings, tap }) => {
    const files = await readPatchFiles(config.patches);
    const needs = { settings, variables: VariablesToken };
    tap('contributePod', { needs }, (_unit, _job, given) =>
      switchNotes(given.settings, given.variables),
    );
    // The operator has the last word: patches come after those of plugins.
    tap('patchPod', { phase: 'post', needs }, (pod, unit, _job, given) =>
      isOn(given.settings.value, given.variables)
        ? patchPod(pod, unit, given.settings, files)
        : pod,
    );
  },
});
