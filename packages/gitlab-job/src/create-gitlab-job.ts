import {
  ClusterFactsToken,
  definePlugin,
  ExpandToken,
  JobRequestToken,
  JobToken,
  NamespaceToken,
  RandomToken,
  SharedWorkspaceToken,
  VariablesToken,
  type Binding,
  type Plugin,
} from '@millrace/core';
import { gitlabBinding } from './bindings.ts';
import { podContributions } from './contributions.ts';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import { leakDecisions } from './leaks.ts';
import { neutralJob } from './job.ts';
import { jobContext, JobContextToken, JobLayoutToken } from './job-context.ts';
import { interpretOverwrites } from './overwrites/interpret-overwrites.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type JobSettings } from './settings.ts';
import { jobStatements } from './statements.ts';
import { jobUnit, jobUnitId } from './units.ts';
import { watchStatements } from './watch-rights.ts';

/** The plugin that understands GitLab's job payload, and what GitLab calls its settings. */
export interface GitlabJob {
  readonly plugin: Plugin<JobSettings>;
  readonly bindings: readonly Binding[];
}

/**
 * Makes the plugin for one program: it offers the job, its variables and its pod's stages to all others, and applies
 * job variables that overwrite settings.
 */
export function createGitlabJob(options: GitlabJobOptions): GitlabJob {
  const plugin = definePlugin({
    name: pluginName,
    configKey: 'job',
    configSchema: settingsSchema,
    setup: ({ config, settings, tap, provide }) => {
      const known = { context: JobContextToken, layout: JobLayoutToken };
      // From the generation's settings: a job's own are settled with the help of what is offered here.
      provide(JobContextToken, { needs: { request: JobRequestToken } }, ({ request }) =>
        jobContext(request, config, options),
      );
      provide(
        ExpandToken,
        { needs: { context: JobContextToken } },
        ({ context }) => context.expand,
      );
      provide(JobToken, { needs: { context: JobContextToken, random: RandomToken } }, (given) =>
        neutralJob(given.context, given.random),
      );
      provide(
        JobLayoutToken,
        { needs: { context: JobContextToken, shared: SharedWorkspaceToken } },
        ({ context, shared }) => context.layout(shared),
      );
      provide(
        VariablesToken,
        { needs: { layout: JobLayoutToken } },
        ({ layout }) => layout.variables.all,
      );
      tap(
        'overwriteSettings',
        { needs: { context: JobContextToken } },
        (offers, _request, _options, { context }) => interpretOverwrites(offers, context.variables),
      );
      tap('planUnits', { phase: 'pre', needs: known }, (units, job, { context, layout }) => [
        ...units,
        jobUnit(job, context, layout, options),
      ]);
      const planned = { ...known, settings, facts: ClusterFactsToken, namespace: NamespaceToken };
      tap('contributePod', { needs: planned }, (unit, _job, given) => [
        ...podContributions(unit, given.context, given.layout, given.settings),
        // Another plugin may add units of its own; the job is told about once.
        ...(unit.id === jobUnitId
          ? [
              ...jobStatements(given.context, given.layout, options),
              ...watchStatements(given.facts, given.namespace),
              ...leakDecisions(given.context, given.layout),
            ]
          : []),
      ]);
    },
  });
  return { plugin, bindings: [gitlabBinding] };
}
