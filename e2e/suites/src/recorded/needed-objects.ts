import { createSystemClock } from '@millrace/async';
import {
  isRunnerError,
  type JsonValue,
  type KubeApi,
  type KubeObject,
  type ObjectRef,
  type Plan,
  type ResourceType,
} from '@millrace/core';
import { apiVersionOf, resourceTypes } from '@millrace/kube-objects';
import { member } from './json-shape.ts';

/** Makes what recorded jobs expect on their cluster. */
export interface Needs {
  /** The namespace, and what pods name: accounts, priority classes, and the objects that must exist before. */
  readonly make: (plan: Plan) => Promise<void>;
  /** Deletes what was made, and nothing that was there before. */
  readonly close: () => Promise<void>;
}

type Needed = readonly [type: ResourceType, manifest: KubeObject];

/** Nothing but these tests makes any. */
const runtimeClasses: ResourceType = {
  group: 'node.k8s.io',
  version: 'v1',
  plural: 'runtimeclasses',
  kind: 'RuntimeClass',
  namespaced: false,
};

const { signal } = new AbortController();
const clock = createSystemClock();
const pause = 50;

/** Begins with nothing made. */
export function openNeeds(api: KubeApi): Needs {
  const made: Needed[] = [];
  return {
    make: async (plan) => {
      for (const each of neededObjects(plan)) if (await ensure(api, each)) made.push(each);
    },
    close: async () => {
      for (const [type, { metadata }] of made.toReversed()) {
        const { namespace = '', name = '' } = metadata;
        await api.delete({ type, namespace, name }, {}, { signal });
      }
    },
  };
}

function neededObjects(plan: Plan): readonly Needed[] {
  const { namespace } = plan.job;
  const specs = plan.units.map(({ pod }) => pod.manifest['spec']);
  const named = (field: string): readonly string[] =>
    specs.flatMap((spec) => {
      const value = member(spec, field);
      return typeof value === 'string' ? [value] : [];
    });
  const makesNamespace = plan.objects.some(({ type }) => type.plural === 'namespaces');
  const { namespaces, serviceaccounts, secrets, priorityclasses } = resourceTypes;
  return [
    ...(makesNamespace ? [] : [needed(namespaces, { name: namespace })]),
    ...named('serviceAccountName').map((name) => needed(serviceaccounts, { name, namespace })),
    ...plan.preconditions
      .filter(({ type }) => type.plural === 'secrets')
      .map(({ name }) => needed(secrets, { name, namespace })),
    ...named('priorityClassName').map((name) => needed(priorityclasses, { name }, { value: 1 })),
    ...named('runtimeClassName').map((name) => needed(runtimeClasses, { name }, { handler: name })),
  ];
}

const needed = (
  type: ResourceType,
  metadata: KubeObject['metadata'],
  rest: Readonly<Record<string, JsonValue>> = {},
): Needed => [type, { apiVersion: apiVersionOf(type), kind: type.kind, metadata, ...rest }];

/** Returns whether it had to be made. */
async function ensure(api: KubeApi, [type, manifest]: Needed): Promise<boolean> {
  const created = await unless(api.create(type, manifest, { signal }), 'api_already_exists');
  if (type !== resourceTypes.namespaces) return created !== undefined;
  const { name = '' } = manifest.metadata;
  const found = created ?? (await look(api, { type, namespace: '', name }));
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) {
    // What an earlier run has deleted goes with its content, in its own time.
    await clock.sleep(pause, { signal });
    return await ensure(api, [type, manifest]);
  }
  // No pod can be made before a controller has given the namespace its account.
  const account = { type: resourceTypes.serviceaccounts, namespace: name, name: 'default' };
  while ((await look(api, account)) === undefined) await clock.sleep(pause, { signal });
  return created !== undefined;
}

const look = (api: KubeApi, ref: ObjectRef): Promise<KubeObject | undefined> =>
  unless(api.get(ref, { signal }), 'api_not_found');

/** Undefined when the answer is that reason. */
async function unless<T>(call: Promise<T>, reason: string): Promise<T | undefined> {
  try {
    return await call;
  } catch (failure) {
    if (isRunnerError(failure) && failure.reason === reason) return undefined;
    throw failure;
  }
}
