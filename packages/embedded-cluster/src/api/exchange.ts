import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, JsonObject } from '@millrace/core';
import type { NodeApi } from '../contracts.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Authorizer, Identity } from './authorization.ts';
import type { RequestInfo, ResourceRequest } from './request-info.ts';
import type { IssueToken } from './service-account-tokens.ts';
import type { StreamRegistry } from './streams.ts';

/** What every handler may use. */
export interface ApiContext {
  readonly store: ObjectStore;
  readonly node: NodeApi;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  readonly issueToken: IssueToken;
  readonly streams: StreamRegistry;
}

/** One request being served. */
export interface Exchange<Info extends RequestInfo = RequestInfo> {
  readonly context: ApiContext;
  readonly info: Info;
  readonly identity: Identity;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts when the client has gone or the server closes. */
  readonly signal: AbortSignal;
}

/** An exchange about a resource. */
export type ResourceExchange = Exchange<ResourceRequest>;

/** An answer in one piece. */
export interface Reply {
  readonly code: number;
  readonly body: JsonObject | string | Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves a resource request; undefined when it has written a stream to the response itself. */
export type ResourceHandler = (
  exchange: ResourceExchange,
) => Promise<Reply | undefined> | Reply | undefined;

/** Sends an answer. Nothing happens when the client has gone meanwhile. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.isBuffer(reply.body)
    ? reply.body
    : Buffer.from(typeof reply.body === 'string' ? reply.body : `${JSON.stringify(reply.body)}\n`);
  response.writeHead(reply.code, {
    'Content-Type':
      reply.contentType ??
      (typeof reply.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'),
    'Content-Length': body.length,
    'Cache-Control': 'no-cache, private',
    ...reply.headers,
  });
  response.end(body);
}
