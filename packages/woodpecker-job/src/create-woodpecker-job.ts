import {
  definePlugin,
  ExpandToken,
  JobRequestToken,
  JobToken,
  VariablesToken,
  type Binding,
  type Plugin,
} from '@millrace/core';
import { woodpeckerBinding } from './bindings.ts';
import { stepContributions } from './contributions.ts';
import { neutralJob } from './job.ts';
import { jobContext, JobContextToken } from './job-context.ts';
import { maskedVariables } from './masks.ts';
import { interpretOptions } from './options/interpret-options.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type WoodpeckerJobSettings } from './settings.ts';
import { stepSecrets } from './step-secrets.ts';
import { stepUnits } from './units.ts';
import type { WoodpeckerJobOptions } from './woodpecker-job-options.ts';

/** The plugin that understands Woodpecker's workflows, and what Woodpecker calls its settings. */
export interface WoodpeckerJob {
  readonly plugin: Plugin<WoodpeckerJobSettings>;
  readonly bindings: readonly Binding[];
}

/**
 * Makes the plugin for one program: it offers the workflow as a job to all others, makes a unit of each step, and applies
 * what steps say about their pods.
 */
export function createWoodpeckerJob(options: WoodpeckerJobOptions): WoodpeckerJob {
  const plugin = definePlugin({
    name: pluginName,
    configKey: 'job',
    configSchema: settingsSchema,
    permissions: [
      {
        apiGroups: [''],
        resources: ['secrets'],
        verbs: ['create', 'delete'],
        reason: 'Values of secrets that steps use.',
      },
    ],
    setup: ({ settings, tap, provide }) => {
      const known = { context: JobContextToken };
      provide(JobContextToken, { needs: { request: JobRequestToken } }, ({ request }) =>
        jobContext(request, options),
      );
      provide(JobToken, { needs: known }, ({ context }) => neutralJob(context));
      provide(VariablesToken, { needs: known }, ({ context }) => maskedVariables(context.workflow));
      // The server replaces references before it hands a workflow out.
      provide(ExpandToken, { needs: {} }, () => (text) => text);
      tap('overwriteSettings', { needs: known }, (_offers, _request, offered, { context }) =>
        interpretOptions(offered, context.stepped),
      );
      tap('planUnits', { phase: 'pre', needs: { ...known, settings } }, (units, _job, given) => [
        ...units,
        ...stepUnits(given.context, given.settings.value),
      ]);
      tap('contributePod', { needs: { ...known, settings } }, (unit, _job, given) =>
        stepContributions(unit, given.context, given.settings),
      );
      tap('contributeObject', { needs: known }, (_units, _job, { context }) =>
        stepSecrets(context.steps),
      );
    },
  });
  return { plugin, bindings: [woodpeckerBinding] };
}
