import { Readable } from 'node:stream';
import { withDeadline } from '@millrace/async';
import { isRunnerError, RunnerError, type Clock, type Logger } from '@millrace/core';
import type { ProxySettings } from './choose-proxy.ts';
import { classifyNetwork } from './classify-network.ts';
import { mostRedirects, redirectTarget } from './follow-redirect.ts';
import { createSocketSource } from './socket-source.ts';
import type { TlsFiles } from './tls-files.ts';
import type { HttpAnswer, HttpRequest, RequestBody, Transport } from './transport.ts';
import { requestOn } from './undici.ts';

/** Bounds of a transport: times in milliseconds, sizes in bytes. */
export interface TransportLimits {
  /** For a request with its answer. */
  readonly request: number;
  /** Until the head of the answer is there; a long poll is part of it. */
  readonly responseHead: number;
  /** After so long, idle connections are closed; 0 never (`connection_max_age`). */
  readonly connectionAge: number;
  /** An answer that is longer is an error. */
  readonly answerBytes: number;
}

/** GitLab Runner's own; it has no limit for answers. */
export const defaultTransportLimits: TransportLimits = {
  request: 3_600_000,
  responseHead: 600_000,
  connectionAge: 900_000,
  answerBytes: 64 * 2 ** 20,
};

/** What a transport needs. */
export interface TransportOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tls?: TlsFiles;
  readonly proxies?: ProxySettings;
  readonly limits?: Partial<TransportLimits>;
}

/**
 * HTTP/1.1 over kept-alive connections, directly or through a proxy. Opens nothing before the first request. Changed
 * TLS files are used from the next request on.
 */
export function createTransport(options: TransportOptions): Transport {
  const { clock } = options;
  const limits = { ...defaultTransportLimits, ...options.limits };
  const sockets = createSocketSource({ ...options, connectionAge: limits.connectionAge });
  let closed = false;
  const isClosed = (): boolean => closed;

  const once = async (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const head = await sockets.use(request.url, (dispatcher) =>
      limited(limits.responseHead, signal, request, (inner) =>
        requestOn(dispatcher, {
          origin: request.url.origin,
          path: `${request.url.pathname}${request.url.search}`,
          method: request.method,
          headers: { ...request.headers, ...lengthHeader(request.body) },
          body: openBody(request.body),
          // undici would close the socket after a DELETE with a body; GitLab reads it by its length.
          reset: false,
          signal: inner,
        }),
      ),
    );
    return {
      status: head.statusCode,
      statusText: head.statusText,
      headers: flatten(head.headers),
      body: await readBody(head.body, limits.answerBytes, signal, request),
    };
  };

  const limited = async <T>(
    milliseconds: number,
    signal: AbortSignal,
    request: HttpRequest,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    try {
      return await withDeadline(clock, milliseconds, signal, work);
    } catch (error) {
      if (signal.aborted || !isRunnerError(error) || error.code !== 'MILLRACE_E_DEADLINE')
        throw error;
      throw timeoutError(request, milliseconds);
    }
  };

  const exchange: Transport['exchange'] = async (request, { signal }) => {
    if (isClosed()) throw closedError(request);
    try {
      return await limited(limits.request, signal, request, async (inner) => {
        let next = request;
        let answer = await once(next, inner);
        for (let hops = 0; hops < mostRedirects; hops += 1) {
          const target = redirectTarget(next, answer);
          if (target === undefined) break;
          next = { ...next, url: target };
          answer = await once(next, inner);
        }
        return answer;
      });
    } catch (error) {
      signal.throwIfAborted();
      if (isClosed()) throw closedError(request);
      throw isRunnerError(error)
        ? error
        : classifyNetwork(request.url.origin, describe(request), error);
    }
  };

  return {
    exchange,
    tls: sockets.facts,
    close: async () => {
      closed = true;
      await sockets.destroy();
    },
  };
}

/** Never with a query, a fragment or a user: those may hold secrets. */
const describe = ({ method, url }: HttpRequest): string => `${method} ${url.pathname}`;

/** Bytes have their length by themselves. */
const lengthHeader = (body: RequestBody | undefined): Readonly<Record<string, string>> =>
  body === undefined || body instanceof Uint8Array ? {} : { 'content-length': String(body.length) };

const openBody = (body: RequestBody | undefined): Uint8Array | Readable | null => {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? body : Readable.from(body.open(), { objectMode: false });
};

function flatten(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}

/** One absurd answer must not take the process with it. */
async function readBody(
  body: Readable,
  limit: number,
  signal: AbortSignal,
  request: HttpRequest,
): Promise<string> {
  // The deadline of the head is over; that of the whole request goes on.
  const abort = (): void => void body.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw oversizedError(request, limit);
      chunks.push(chunk);
    }
    signal.throwIfAborted();
    return Buffer.concat(chunks, size).toString('utf8');
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function timeoutError(request: HttpRequest, milliseconds: number): RunnerError {
  return new RunnerError(`${describe(request)}: no answer within ${milliseconds / 1000} s`, {
    code: 'MILLRACE_E_GITLAB_TIMEOUT',
    kind: 'timeout',
    retry: 'operation',
    hint: 'The server or the network is slow, or something in between swallows the answer.',
    details: { milliseconds, processed: true },
  });
}

function oversizedError(request: HttpRequest, limit: number): RunnerError {
  return new RunnerError(`${describe(request)}: the answer is larger than ${limit} bytes`, {
    code: 'MILLRACE_E_GITLAB_BAD_ANSWER',
    kind: 'system',
    hint: 'Check that the url of the runner is GitLab and not another service.',
    details: { limit, processed: true },
  });
}

function closedError(request: HttpRequest): RunnerError {
  return new RunnerError(`${describe(request)}: the connection to GitLab was closed`, {
    code: 'MILLRACE_E_GITLAB_CLOSED',
    kind: 'system',
    details: { processed: true },
  });
}
