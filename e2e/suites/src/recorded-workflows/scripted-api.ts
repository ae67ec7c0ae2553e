import { createAsyncQueue, raceSignal, type AsyncQueue } from '@millrace/async';
import {
  RunnerError,
  type JsonObject,
  type KubeApi,
  type KubeObject,
  type ResourceType,
  type WatchChange,
} from '@millrace/core';

/** What a recorded API server did with the pod of one step; without a word it ends at once with 0. */
export interface PodScript {
  readonly exit?: number;
  readonly logs?: readonly string[];
  readonly raw_logs?: string;
  readonly repeat_logs?: readonly {
    readonly char: string;
    readonly count: number;
    readonly end: string;
  }[];
  /** It runs until it is deleted. */
  readonly stay?: boolean;
  /** It is not there any more after its last line. */
  readonly gone?: boolean;
}

/** A call that the server refuses. */
export interface RefusedCall {
  readonly verb: string;
  readonly resource: string;
  readonly code: number;
  readonly message?: string;
}

/** An API server as a recording scripts it: no scheduler, no rules, pods that do as they are told. */
export interface ScriptedApi extends KubeApi {
  readonly close: () => Promise<void>;
}

/**
 * Makes the server.
 * @param scriptOf - by the name of a pod
 */
export function scriptedApi(
  scriptOf: (pod: string) => PodScript,
  refused: readonly RefusedCall[],
): ScriptedApi {
  const objects = new Map<string, KubeObject>();
  const watchers = new Set<AsyncQueue<WatchChange>>();
  let version = 0;
  const keyOf = (plural: string, name: string): string => `${plural}/${name}`;
  const tell = (type: WatchChange['type'], object: KubeObject): void => {
    for (const watcher of watchers) void watcher.push({ type, object });
  };
  const put = (type: ResourceType, object: KubeObject, isNew: boolean): KubeObject => {
    version += 1;
    const metadata = {
      uid: `uid-${version}`,
      ...object.metadata,
      resourceVersion: String(version),
    };
    const stored = { ...object, metadata };
    objects.set(keyOf(type.plural, metadata.name ?? ''), stored);
    if (type.plural === 'pods') tell(isNew ? 'added' : 'modified', stored);
    return stored;
  };
  const refuse = (verb: string, { plural }: ResourceType): void => {
    const found = refused.find((each) => each.verb === verb && each.resource === plural);
    if (found === undefined) return;
    throw new RunnerError(found.message ?? 'refused', {
      code: 'MILLRACE_E_KUBE_CALL',
      kind: 'system',
      reason: found.code === 403 ? 'api_forbidden' : 'api_unavailable',
    });
  };
  const status = (pod: KubeObject, phase: string, state: JsonObject): KubeObject => {
    const spec = pod['spec'] as { readonly containers: readonly { readonly name: string }[] };
    const [{ name }] = spec.containers as readonly [{ readonly name: string }];
    const containers = [{ name, image: '', imageID: '', ready: false, restartCount: 0, state }];
    return { ...pod, status: { phase, containerStatuses: containers } };
  };
  const time = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
  const ended = (pod: KubeObject, exitCode: number): KubeObject =>
    status(pod, exitCode === 0 ? 'Succeeded' : 'Failed', {
      terminated: {
        exitCode,
        startedAt: time(),
        finishedAt: time(),
        reason: exitCode === 0 ? 'Completed' : 'Error',
      },
    });
  const pods: ResourceType = {
    group: '',
    version: 'v1',
    plural: 'pods',
    kind: 'Pod',
    namespaced: true,
  };
  const remove = (type: ResourceType, name: string): boolean => {
    const key = keyOf(type.plural, name);
    const object = objects.get(key);
    if (object === undefined) return false;
    objects.delete(key);
    if (type.plural === 'pods') tell('deleted', object);
    return true;
  };
  const textOf = ({ logs = [], raw_logs: raw, repeat_logs: repeated = [] }: PodScript): string =>
    raw ??
    [
      ...logs.map((line) => `${line}\n`),
      ...repeated.map(({ char, count, end }) => `${char.repeat(count)}${end}`),
    ].join('');
  const running = new Map<string, PromiseWithResolvers<void>>();
  /** A pod ends once its log has been read, so that no line of it depends on who was quicker. */
  const finish = (name: string): void => {
    const pod = objects.get(keyOf('pods', name));
    const { exit = 0, gone = false } = scriptOf(name);
    if (pod === undefined) return;
    if (gone) remove(pods, name);
    else put(pods, ended(pod, exit), false);
  };
  return {
    create: (type, object) => {
      refuse('POST', type);
      const stored = put(type, object, true);
      const { name = '' } = stored.metadata;
      if (type.plural === 'pods') {
        running.set(name, Promise.withResolvers());
        queueMicrotask(() => {
          const pod = objects.get(keyOf('pods', name));
          if (pod !== undefined)
            put(pods, status(pod, 'Running', { running: { startedAt: time() } }), false);
        });
      }
      return Promise.resolve(stored);
    },
    delete: ({ type, name }) => {
      refuse('DELETE', type);
      const pod = type.plural === 'pods' ? objects.get(keyOf('pods', name)) : undefined;
      const { stay = false, exit = 0 } = pod === undefined ? {} : scriptOf(name);
      if (pod !== undefined && stay) put(pods, ended(pod, exit), false);
      running.get(name)?.resolve();
      return Promise.resolve(remove(type, name));
    },
    get: ({ type, name }) => {
      const object = objects.get(keyOf(type.plural, name));
      return object === undefined
        ? Promise.reject(
            new RunnerError(`${type.plural} "${name}" not found`, {
              code: 'MILLRACE_E_KUBE_CALL',
              kind: 'system',
              reason: 'api_not_found',
            }),
          )
        : Promise.resolve(object);
    },
    list: () => Promise.resolve([]),
    patch: () => Promise.reject(new Error('nobody patches here')),
    exec: () => Promise.reject(new Error('nobody executes here')),
    version: () => Promise.resolve({ major: '1', minor: '34', gitVersion: 'v1.34.0' }),
    can: () => Promise.resolve(true),
    watch: () => {
      const queue = createAsyncQueue<WatchChange>({ limit: Number.POSITIVE_INFINITY });
      watchers.add(queue);
      return {
        changes: queue,
        dispose: () => {
          watchers.delete(queue);
          queue.end();
        },
      };
    },
    logs: ({ pod: name }, { signal }) => {
      const script = scriptOf(name);
      const read = async function* (): AsyncGenerator<Uint8Array> {
        const text = textOf(script);
        if (text !== '') yield new TextEncoder().encode(text);
        if (script.stay === true)
          await raceSignal(running.get(name)?.promise ?? Promise.resolve(), signal);
        else finish(name);
      };
      const bytes = read();
      return {
        [Symbol.asyncIterator]: () => bytes,
        place: () => undefined,
        gap: () => undefined,
      };
    },
    close: () => Promise.resolve(),
  };
}
