import { createSystemClock } from '@millrace/async';
import {
  isRunnerError,
  RunnerError,
  type JobStore,
  type JsonValue,
  type KubeApi,
  type KubeObject,
  type Outcome,
  type Plan,
  type ResourceType,
} from '@millrace/core';
import { createExecutor } from '@millrace/engine';
import { apiVersionOf, resourceTypes } from '@millrace/kube-objects';
import { silentLogger, type ClusterHandle } from '@millrace/testkit';
import { member } from './json-shape.ts';
import type { PlannedCase } from './plan-case.ts';

/** What a run made before it was ended. */
export interface CreatingRun {
  /** As the server stored them, in the order of their creation. */
  readonly created: readonly KubeObject[];
  readonly outcome: Outcome;
}

const { signal } = new AbortController();

/** Runs a planned case on a cluster until its pod is there and is waited for, with all that the case needs to exist. */
export async function runUntilCreated(
  cluster: ClusterHandle,
  store: JobStore,
  { generation, plan }: PlannedCase,
): Promise<CreatingRun> {
  for (const [type, manifest] of neededObjects(plan)) await ensure(cluster.api, type, manifest);
  const created: KubeObject[] = [];
  const api: KubeApi = {
    ...cluster.api,
    create: async (...call) => {
      const object = await cluster.api.create(...call);
      created.push(object);
      return object;
    },
  };
  const executor = createExecutor({
    api,
    store,
    clock: createSystemClock(),
    logger: silentLogger,
    runnerId: 'explain',
    limits: { podGraceSeconds: 0 },
    // Whose credential a job uses is not the question here.
    accessAs: () => ({ api, close: () => Promise.resolve() }),
  });
  const end = new AbortController();
  const { outcome } = await executor.run({
    generation,
    plan,
    emit: (event) => {
      if (event.type === 'unit-waiting' || event.type === 'unit-ready') end.abort(seenEnough);
      return Promise.resolve();
    },
    cancel: signal,
    abort: end.signal,
  });
  executor.dispose();
  return { created, outcome };
}

const seenEnough = new RunnerError('everything is created', {
  code: 'MILLRACE_E_CANCELED',
  kind: 'canceled',
});

/** The namespace, and what pods name: accounts, classes, and the objects that must exist before. */
function neededObjects(plan: Plan): readonly (readonly [ResourceType, KubeObject])[] {
  const { namespace } = plan.job;
  const specs = plan.units.map(({ pod }) => pod.manifest['spec']);
  const named = (field: string): readonly string[] =>
    specs.flatMap((spec) => {
      const value = member(spec, field);
      return typeof value === 'string' ? [value] : [];
    });
  const makesNamespace = plan.objects.some(({ type }) => type.plural === 'namespaces');
  return [
    ...(makesNamespace ? [] : [object(resourceTypes.namespaces, { name: namespace })]),
    ...named('serviceAccountName').map((name) =>
      object(resourceTypes.serviceaccounts, { name, namespace }),
    ),
    ...plan.preconditions
      .filter(({ type }) => type.plural === 'secrets')
      .map(({ name }) => object(resourceTypes.secrets, { name, namespace })),
    ...named('priorityClassName').map((name) =>
      object(resourceTypes.priorityclasses, { name }, { value: 1 }),
    ),
    ...named('runtimeClassName').map((name) => object(runtimeClasses, { name }, { handler: name })),
  ];
}

const runtimeClasses: ResourceType = {
  group: 'node.k8s.io',
  version: 'v1',
  plural: 'runtimeclasses',
  kind: 'RuntimeClass',
  namespaced: false,
};

const object = (
  type: ResourceType,
  metadata: KubeObject['metadata'],
  rest: Readonly<Record<string, JsonValue>> = {},
): readonly [ResourceType, KubeObject] => [
  type,
  { apiVersion: apiVersionOf(type), kind: type.kind, metadata, ...rest },
];

async function ensure(api: KubeApi, type: ResourceType, manifest: KubeObject): Promise<void> {
  try {
    await api.create(type, manifest, { signal });
  } catch (failure) {
    if (!isRunnerError(failure) || failure.reason !== 'api_already_exists') throw failure;
  }
}
