import type { IncomingMessage } from 'node:http';
import { RunnerError, type ExecRequest } from '@millrace/core';
import type { WebSocket } from 'ws';
import type { ApiClient } from '../transport/api-client.ts';
import { queryString } from '../transport/api-request.ts';
import { classifyNetwork } from '../transport/classify-network.ts';
import { classifyStatus } from '../transport/classify-status.ts';
import type { CurrentCredential } from '../transport/credential.ts';
import { readBody } from '../transport/read-body.ts';
import { sessionHeaders } from '../transport/request-headers.ts';
import { retryAfter } from '../transport/retry-after.ts';
import { tlsOptions } from '../transport/tls-options.ts';
import { subprotocols } from './exec-frames.ts';

const longestErrorBody = 64 * 1024;

/**
 * One try to open the WebSocket. A refusal is read like any other answer of the API, so a missing right or a pod that
 * is gone is said as such; `ws` alone would only give the number.
 */
export async function openExecSocket(
  client: ApiClient,
  request: ExecRequest,
  credential: CurrentCredential,
  { signal }: { readonly signal: AbortSignal },
): Promise<WebSocket> {
  const { facts } = credential;
  const call = { verb: 'create', resource: 'pods/exec', name: request.pod };
  // Not before the first session: ws and node:https are 7 MB of an idle runner.
  const ws = await import('ws');
  signal.throwIfAborted();
  client.counters.upgrade();
  const socket = new ws.WebSocket(execUrl(facts.server, request), [...subprotocols], {
    ...tlsOptions(facts),
    headers: sessionHeaders(client.options.userAgent, credential),
    perMessageDeflate: false,
    followRedirects: false,
  });
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await new Promise<WebSocket>((resolve, reject) => {
      // Nothing may arrive before somebody listens.
      socket.once('open', () => {
        socket.pause();
        resolve(socket);
      });
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        void refusal(call, response, client.options.clock.now()).then((error) => {
          reject(client.outage.judge(error));
          socket.terminate();
        });
      });
      socket.on('error', (cause) => {
        if ('code' in cause) client.outage.noteLost();
        reject(handshakeError(facts.server, call, cause));
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function execUrl(server: string, request: ExecRequest): string {
  const { namespace, pod, container, command, stdin = false, tty = false } = request;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  // A terminal has one output stream; asking for stderr as well is refused.
  const query = { container, command, stdin, stdout: true, stderr: !tty, tty };
  return `${server.replace(/^http/, 'ws')}${path}${queryString(query)}`;
}

async function refusal(
  call: Parameters<typeof classifyStatus>[0],
  response: IncomingMessage,
  now: number,
): Promise<RunnerError> {
  const body = await readBody(response, longestErrorBody, 'exec').catch(() => '');
  const pause = retryAfter(response.headers['retry-after'], now);
  return classifyStatus(call, {
    httpStatus: response.statusCode ?? 0,
    body,
    ...(pause !== undefined && { retryAfter: pause }),
  });
}

function handshakeError(
  server: string,
  call: { readonly name: string },
  cause: Error,
): RunnerError {
  const what = `exec in pod "${call.name}"`;
  if ('code' in cause) return classifyNetwork(server, what, cause);
  // Errors of ws about the handshake itself carry no code: no subprotocol chosen, a bad accept key.
  return new RunnerError(`${what}: ${cause.message}`, {
    code: 'MILLRACE_E_KUBE_UPGRADE',
    kind: 'system',
    reason: 'api_rejected',
    hint: 'The API server, or a proxy in front of it, does not speak the exec protocol over WebSocket (v5 or v4).',
    cause,
  });
}
