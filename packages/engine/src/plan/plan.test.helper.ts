import { createFakeClock } from '@millrace/async';
import { parseToml } from '@millrace/config';
import {
  JobToken,
  type Binding,
  type Job,
  type JobRequest,
  type JsonObject,
  type Logger,
  type Plan,
  type Plugin,
  type SetupContext,
  type StandardSchema,
  type Unit,
} from '@millrace/core';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { createGeneration, type Generation } from './generation.ts';
import { makePlan } from './make-plan.ts';

/** Accepts any table. */
const anySettings: StandardSchema<unknown, JsonObject> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value: (value ?? {}) as JsonObject }),
  },
};

type AnySetup = (
  context: SetupContext<never, Readonly<Record<string, never>>>,
) => void | Promise<void>;

/** A plugin with a setup, loaded as the composition root would. */
export function pluginOf(
  name: string,
  setup: AnySetup,
  more: Partial<Plugin> = {},
  bindings: readonly Binding[] = [],
): LoadedPlugin {
  const plugin = {
    $$type: '@millrace/plugin',
    name,
    apiVersion: '1',
    configKey: name.replaceAll(/[^a-z0-9]/g, '_'),
    configSchema: anySettings,
    setup,
    ...more,
  } as unknown as Plugin;
  return { plugin, origin: `test ${name}`, bindings };
}

const job: Job = {
  id: 'job-1',
  name: 'job',
  podName: 'job-1',
  timeoutSeconds: 60,
  services: [],
  labels: [],
  annotations: [],
};
const unit: Unit = {
  id: 'job',
  title: 'job',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 60,
  podName: 'job-1',
  containers: [
    { name: 'build', role: 'build', init: false, driven: false, variables: [], rank: 0 },
    { name: 'helper', role: 'helper', init: false, driven: false, variables: [], rank: 1 },
  ],
  work: { kind: 'container', container: 'build' },
};

/** Offers a job with one unit. */
export const peer: LoadedPlugin = pluginOf('peer', ({ tap, provide }) => {
  provide(JobToken, { needs: {} }, () => job);
  tap('planUnits', { phase: 'pre' }, (units) => [...units, unit]);
});

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

/** Sets plugins up over a configuration. */
export function generationOf(
  plugins: readonly LoadedPlugin[],
  toml = '',
  references: readonly {
    readonly name: string;
    readonly path: readonly (string | number)[];
  }[] = [],
  folder = '.',
  logger: Logger = silent,
): Promise<Generation> {
  const document = parseToml(`[[runners]]\n${toml}`, 'config.toml');
  const runner = (document.value['runners'] as readonly JsonObject[])[0] ?? {};
  const own = (runner['millrace'] ?? {}) as JsonObject;
  return createGeneration({
    builtIn: plugins,
    references,
    folder,
    table: {
      runner,
      runnerPath: ['runners', 0],
      podsKey: 'kubernetes',
      appKeys: ['millrace'],
      own,
      ownPath: ['runners', 0, 'millrace'],
      positionOf: document.positionOf,
    },
    logger,
    clock: createFakeClock(),
    metrics: { count: () => undefined, observe: () => undefined },
    subject: 'config.toml',
    signal: new AbortController().signal,
  });
}

const request: JobRequest = {
  id: 'job-1',
  payload: {},
  runner: { name: 'r', token: 't', id: 'runner-1', systemId: 's', serverUrl: '', slot: 0 },
};

/** Plans the job of {@link peer}. */
export const planOf = (generation: Generation): Plan =>
  makePlan(generation, request, {
    facts: { version: { major: '1', minor: '34', gitVersion: 'v1.34.0' }, allows: () => true },
    seed: 1,
    now: 0,
  });
