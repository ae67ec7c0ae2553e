import { request as openRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { JsonObject } from '@millrace/core';
import { expect, onTestFinished } from 'vitest';
import type { GitlabServer, GitlabServerOptions } from './gitlab-server.ts';
import { jobPayload } from './job-payload.ts';
import { startGitlabServer } from './start-gitlab-server.ts';

const claimed = [
  'variables image services artifacts cache fallback_cache_keys upload_multiple_artifacts',
  'upload_raw_artifacts session terminal refspecs masking proxy raw_variables artifacts_exclude',
  'multi_build_steps trace_reset trace_checksum trace_size vault_secrets cancelable',
  'return_exit_code service_variables service_multiple_aliases image_executor_opts',
  'cancel_gracefully native_steps_integration two_phase_job_commit job_inputs',
].flatMap((line) => line.split(' '));

/** Features of a Kubernetes runner, as they were recorded. */
const features = {
  ...Object.fromEntries(claimed.map((name) => [name, true])),
  shared: false,
  service_executor_opts: false,
};

/** `info` of a Kubernetes runner. */
export const info: JsonObject = {
  name: 'gitlab-runner',
  version: '19.3.0',
  revision: '1a2b3c4d',
  platform: 'linux',
  architecture: 'amd64',
  executor: 'kubernetes',
  shell: 'bash',
  features,
  config: { gpus: '' },
};

export const systemId = 's_0123456789ab';
export const requestId = '0123456789abcdef0123456789abcdef';

/** One request by hand. */
export interface RawCall {
  readonly method: string;
  /** Below `/api/v4/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly json: JsonObject | undefined;
}

/** Makes requests that are right, which tests then spoil. */
export interface RawRunner {
  readonly server: GitlabServer;
  readonly send: (call: RawCall) => Promise<RawAnswer>;
  /** A right `POST jobs/request`. */
  readonly request: (more?: JsonObject) => RawCall;
  /** A right `PUT jobs/1`. */
  readonly update: (update: JsonObject) => RawCall;
  /** A right final update of a log. */
  readonly final: (log: string, update?: JsonObject) => RawCall;
  /** A right `PATCH jobs/1/trace`. */
  readonly patch: (offset: number, text: string) => RawCall;
  /** Adds job 1, takes it and confirms it. */
  readonly take: () => Promise<void>;
}

export const jobToken = 'glcbt-job-token-1';

/** Starts a server that ends with the test. */
export async function startRawRunner(options: GitlabServerOptions = {}): Promise<RawRunner> {
  const server = await startGitlabServer(options);
  onTestFinished(() => server.close());
  const common = { 'x-request-id': requestId, 'user-agent': 'gitlab-runner 19.3.0' };
  const json = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: JsonObject,
  ): RawCall => ({
    method,
    path,
    headers: { ...common, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const send: RawRunner['send'] = async ({ method, path, headers, body }) => {
    const answer = await exchange(`${server.url}/api/v4/${path}`, { method, headers }, body);
    const content = await text(answer);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      json: content === '' ? undefined : (JSON.parse(content) as JsonObject),
    };
  };
  const request: RawRunner['request'] = (more = {}) =>
    json(
      'POST',
      'jobs/request',
      { 'runner-token': server.runnerToken, accept: 'application/json' },
      { info, token: server.runnerToken, system_id: systemId, ...more },
    );
  const update: RawRunner['update'] = (body) =>
    json('PUT', 'jobs/1', { 'job-token': jobToken }, { info, token: jobToken, ...body });
  return {
    server,
    send,
    request,
    update,
    final: (log, more = {}) => {
      const sum = `crc32:${crc32(log).toString(16).padStart(8, '0')}`;
      const output = { checksum: sum, bytesize: Buffer.byteLength(log) };
      return update({ state: 'success', checksum: sum, output, ...more });
    },
    patch: (offset, text) => ({
      method: 'PATCH',
      path: 'jobs/1/trace?debug_trace=false',
      headers: {
        ...common,
        'job-token': jobToken,
        'content-type': 'text/plain',
        'content-range': `${offset}-${offset + Buffer.byteLength(text) - 1}`,
      },
      body: text,
    }),
    take: async () => {
      server.addJob(jobPayload());
      expect((await send(request())).status).toBe(201);
      expect((await send(update({ state: 'running', output: {} }))).status).toBe(200);
    },
  };
}

/** The same call with other headers; undefined takes one away. */
export function withHeaders(
  call: RawCall,
  headers: Readonly<Record<string, string | undefined>>,
): RawCall {
  const changed = Object.entries({ ...call.headers, ...headers });
  return {
    ...call,
    headers: Object.fromEntries(
      changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}

/** The same call with other members of its body; undefined takes one away. */
export function withBody(call: RawCall, members: JsonObject): RawCall {
  return {
    ...call,
    body: JSON.stringify({ ...(JSON.parse(String(call.body)) as JsonObject), ...members }),
  };
}

/** One request over a connection of its own, so that nothing is left of an earlier one. */
function exchange(
  url: string,
  options: RequestOptions,
  body: string | Uint8Array,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(url, { ...options, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.setHeader('content-length', Buffer.byteLength(body));
    outgoing.end(body);
  });
}
