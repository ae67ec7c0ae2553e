import type { Duplex } from 'node:stream';
import type { JsonObject, JsonValue, KubeObject, Logger } from '@millrace/core';
import {
  createAsyncQueue,
  createFakeClock,
  deferred,
  type AsyncQueue,
  type Deferred,
  type FakeClock,
} from '@millrace/async';
import type {
  ContainerProcess,
  ExecOptions,
  LogOptions,
  NodeApi,
  ProcessExit,
  RequestEntry,
} from '../contracts.ts';
import { startControllers } from '../store/controllers.ts';
import { isRecord } from '../store/json.ts';
import { nodeType } from '../store/resource-types.ts';
import { createStore, type ObjectStore } from '../store/store.ts';
import { staticTokens, type StaticToken } from './authentication.ts';
import type { RequestInterceptor } from './interceptor.ts';
import { startApiServer, type ApiServer } from './server.ts';
import { createServiceAccountTokens } from './service-account-tokens.ts';

/** A process whose ends the test holds. */
export interface FakeProcess extends ContainerProcess {
  readonly out: AsyncQueue<Uint8Array>;
  readonly err: AsyncQueue<Uint8Array>;
  readonly input: string[];
  readonly inputEnded: Deferred<void>;
  readonly sizes: (readonly [number, number])[];
  readonly ended: Deferred<ProcessExit>;
}

export function fakeProcess(limit = 100): FakeProcess {
  const [out, err] = [
    createAsyncQueue<Uint8Array>({ limit }),
    createAsyncQueue<Uint8Array>({ limit }),
  ];
  const input: string[] = [];
  const sizes: (readonly [number, number])[] = [];
  const inputEnded: Deferred<void> = deferred();
  const ended = deferred<ProcessExit>();
  return {
    out,
    err,
    input,
    inputEnded,
    sizes,
    ended,
    stdout: out,
    stderr: err,
    write: (data) => Promise.resolve(void input.push(Buffer.from(data).toString())),
    endInput: () => inputEnded.resolve(),
    resize: (columns, rows) => void sizes.push([columns, rows]),
    exit: ended.promise,
    kill: () => ended.resolve({ exitCode: 137, signal: 9 }),
  };
}

/** A node that does what the test tells it. */
export interface FakeNode extends NodeApi {
  readonly calls: {
    readonly pod: string;
    readonly container: string;
    readonly command: readonly string[];
    readonly options: ExecOptions;
  }[];
  readonly logCalls: LogOptions[];
  process: FakeProcess;
  log: (options: LogOptions) => AsyncIterable<Uint8Array>;
  dial: (port: number) => Promise<Duplex>;
}

function fakeNode(): FakeNode {
  const node: FakeNode = {
    calls: [],
    logCalls: [],
    process: fakeProcess(),
    log: async function* () {},
    exec: (pod, container, command, options) => {
      node.calls.push({ pod: pod.metadata.name ?? '', container, command, options });
      return Promise.resolve(node.process);
    },
    attach: (pod, container, options) => {
      node.calls.push({ pod: pod.metadata.name ?? '', container, command: [], options });
      return Promise.resolve(node.process);
    },
    logs: (_pod, _container, options) => {
      node.logCalls.push(options);
      return node.log(options);
    },
    connect: (_pod, port) => node.dial(port),
    dial: () => Promise.reject(new Error('connection refused')),
  };
  return node;
}

/** An answer as the tests look at it. */
export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: Headers;
}

/** A cluster without a kubelet, and a client of it. */
export interface Fixture {
  readonly server: ApiServer;
  readonly store: ObjectStore;
  readonly clock: FakeClock;
  readonly node: FakeNode;
  readonly requests: RequestEntry[];
  readonly tokens: StaticToken[];
  /** `call('POST', '/api/v1/namespaces/default/pods', body)` as the administrator. */
  readonly call: (
    method: string,
    path: string,
    body?: JsonValue,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export const startTime: number = Date.parse('2026-01-02T03:04:05Z');

/** Starts a server over a fresh store with one node of 4 CPUs and 8 GiB. */
export async function startFixture(
  options: {
    readonly interceptor?: RequestInterceptor;
    readonly historyLimit?: number;
    readonly anonymous?: boolean;
    readonly tls?: { readonly key: string; readonly cert: string };
    readonly logger?: Logger;
  } = {},
): Promise<Fixture> {
  const clock = createFakeClock(startTime);
  const store = createStore({ clock, historyLimit: options.historyLimit ?? 1000 });
  startControllers(store, { clock });
  store.create(nodeType, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'millrace-embedded', labels: { 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
  });
  const node = fakeNode();
  const requests: RequestEntry[] = [];
  const tokens: StaticToken[] = [{ token: 'admin', user: 'admin', groups: ['system:masters'] }];
  const accounts = createServiceAccountTokens(store, clock);
  const server = await startApiServer({
    store,
    node,
    clock,
    authenticators: [staticTokens(() => tokens, clock), accounts.authenticator],
    issueToken: accounts.issue,
    observer: { request: (entry) => void requests.push(entry) },
    anonymous: options.anonymous ?? false,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
    ...(options.interceptor === undefined ? {} : { interceptor: options.interceptor }),
  });
  const call: Fixture['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: 'Bearer admin',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
    return {
      code: response.status,
      body: isRecord(parsed as JsonValue) ? (parsed as JsonObject) : {},
      headers: response.headers,
    };
  };
  return { server, store, clock, node, requests, tokens, call, close: () => server.close() };
}

/** The smallest pod. */
export const podOf = (
  name: string,
  spec: JsonObject = {},
  metadata: JsonObject = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'build', image: 'alpine:3.20' }], ...spec },
});

export const podsPath = '/api/v1/namespaces/default/pods';
