import {
  ExpandToken,
  JobToken,
  VariablesToken,
  type ContainerRequest,
  type Job,
  type Plugin,
  type Unit,
  type Variable,
} from '@millrace/core';
import type { LoadedPlugin } from '@millrace/engine';
import type { HarnessOptions } from './harness-options.ts';

/** Stands for what knows a peer: offers the job and one unit. */
export function peerPlugin(options: HarnessOptions): LoadedPlugin {
  const job: Job = {
    id: 'job-1',
    name: 'job',
    podName: 'job-1',
    timeoutSeconds: 3600,
    services: [],
    labels: [],
    annotations: [],
    ...options.job,
  };
  const variables = (options.variables ?? []).map((variable): Variable => ({
    public: true,
    file: false,
    masked: false,
    raw: false,
    internal: false,
    ...variable,
  }));
  const containers = (
    options.containers ?? [
      { name: 'build', role: 'build' },
      { name: 'helper', role: 'helper' },
    ]
  ).map((container): ContainerRequest => ({
    init: false,
    driven: false,
    variables: [],
    rank: 0,
    ...container,
  }));
  const unit: Unit = {
    id: 'job',
    title: 'job',
    after: [],
    on: 'success',
    background: false,
    countsAsFailure: true,
    recreate: { when: 'never' },
    startTimeoutSeconds: 180,
    podName: job.podName,
    containers,
    work: { kind: 'container', container: containers[0]?.name ?? 'build' },
  };
  const expand = (text: string): string =>
    text.replaceAll(
      /\$(\w+)/g,
      (_, key: string) => variables.findLast((variable) => variable.key === key)?.value ?? '',
    );
  const plugin: Plugin = {
    $$type: '@millrace/plugin',
    name: '@millrace/testkit-peer',
    apiVersion: '1',
    configKey: 'testkit_peer',
    configSchema: {
      '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
    },
    setup: ({ tap, provide }) => {
      provide(JobToken, { needs: {} }, () => job);
      provide(VariablesToken, { needs: {} }, () => variables);
      provide(ExpandToken, { needs: {} }, () => expand);
      tap('planUnits', { phase: 'pre' }, (units) => [...units, unit]);
    },
  };
  return { plugin, origin: 'testkit', bindings: [] };
}
