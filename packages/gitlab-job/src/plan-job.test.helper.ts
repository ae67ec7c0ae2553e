import {
  ClusterFactsToken,
  JobRequestToken,
  JobToken,
  NamespaceToken,
  RandomToken,
  SharedWorkspaceToken,
  type AnyToken,
  type ClusterFacts,
  type FieldContribution,
  type Job,
  type JsonObject,
  type NeedsOf,
  type PodContribution,
  type Settings,
  type SetupContext,
  type Unit,
} from '@millrace/core';
import { createGitlabJob } from './create-gitlab-job.ts';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import { payloadWith, requestWith, testOptions } from './job-under-test.test.helper.ts';
import { defaultSettings, type JobSettings } from './settings.ts';

const everythingAllowed: ClusterFacts = {
  version: { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  allows: () => true,
};

type Handler = (...args: readonly unknown[]) => unknown;

/** What the plugin makes of a job. */
export interface PlannedJobUnderTest {
  readonly job: Job;
  readonly unit: Unit;
  readonly contributions: readonly PodContribution[];
  readonly fields: readonly FieldContribution[];
  readonly said: readonly string[];
}

/** Sets the plugin up and asks it about one job; the other plugins are left out. */
export function planJob(
  payload: JsonObject = {},
  settings: Partial<JobSettings> = {},
  options: Partial<GitlabJobOptions> = {},
): PlannedJobUnderTest {
  const config = { ...defaultSettings, ...settings };
  const recipes = new Map<string, { readonly needs: NeedsOf; readonly make: Handler }>();
  const taps = new Map<string, { readonly needs: NeedsOf; readonly handler: Handler }>();
  const made = new Map<string, unknown>([
    [JobRequestToken.id, requestWith(payloadWith(payload))],
    [RandomToken.id, { name: () => 'abcdefgh' }],
    [SharedWorkspaceToken.id, false],
    [NamespaceToken.id, 'default'],
    [ClusterFactsToken.id, everythingAllowed],
    [
      'settings',
      { value: config, source: () => ({ plugin: 'p' }) } satisfies Settings<JobSettings>,
    ],
  ]);
  const resolve = ({ id }: AnyToken): unknown => {
    const recipe = recipes.get(id);
    if (!made.has(id) && recipe !== undefined) made.set(id, recipe.make(resolveAll(recipe.needs)));
    return made.get(id);
  };
  const resolveAll = (needs: NeedsOf): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(needs).map(([name, token]) => [name, resolve(token)]));
  const call = (hook: string, ...args: readonly unknown[]): unknown => {
    const tap = taps.get(hook);
    return tap?.handler(...args, resolveAll(tap.needs));
  };
  void createGitlabJob({ ...testOptions, ...options }).plugin.setup({
    config,
    deps: {},
    settings: { $$type: '@millrace/token', id: 'settings', scope: 'job', key: Symbol('settings') },
    tap: ((hook: string, { needs = {} }: { readonly needs?: NeedsOf }, handler: Handler) =>
      void taps.set(hook, { needs, handler })) as SetupContext<JobSettings, NeedsOf>['tap'],
    provide: (token, { needs }, make) =>
      void recipes.set(token.id, { needs, make: make as Handler }),
    onDispose: () => undefined,
  });
  const job = resolve(JobToken) as Job;
  const [unit] = call('planUnits', [], job) as readonly [Unit];
  const contributions = call('contributePod', unit, job) as readonly PodContribution[];
  return {
    job,
    unit,
    contributions,
    fields: contributions.filter((item): item is FieldContribution => item.kind === 'field'),
    said: contributions.flatMap((item) => ('text' in item ? [item.text] : [])),
  };
}
