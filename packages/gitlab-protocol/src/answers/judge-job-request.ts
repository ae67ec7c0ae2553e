import type { JsonObject } from '@millrace/core';
import { withoutBody, type DecodedReply, type Reply } from '../calls/reply.ts';

/** A job that the server gave to this runner. */
export interface JobOffer {
  readonly id: number;
  /** Secret. */
  readonly token: string;
  /** The whole answer, secrets included. */
  readonly payload: JsonObject;
  /** Of the request that it came with; the server's own logs have it too. */
  readonly correlationId: string;
}

/** What came of asking for a job. */
export type JobRequestOutcome = (
  | { readonly kind: 'job'; readonly job: JobOffer }
  /** Nothing to do at the moment. */
  | { readonly kind: 'none' }
  /** The token is not accepted. */
  | { readonly kind: 'forbidden' }
  /** The server says that it is down for the moment. */
  | { readonly kind: 'unavailable' }
  /** Somebody else was faster. Ask again. */
  | { readonly kind: 'conflict' }
  /** Too many requests, even after waiting as asked. */
  | { readonly kind: 'rate_limited' }
  /** Anything else, failures of the network included. Ask again. */
  | { readonly kind: 'failed' }
) & {
  /** False counts against the health of the runner, which pauses after some of them. */
  readonly healthy: boolean;
  readonly reply: Reply;
};

/** What the answer to `POST jobs/request` means. */
export function judgeJobRequest(reply: DecodedReply): JobRequestOutcome {
  const outcome = { healthy: true, reply: withoutBody(reply) };
  switch (reply.status) {
    case 201: {
      const job = readOffer(reply);
      return job === undefined ? { ...outcome, kind: 'failed' } : { ...outcome, kind: 'job', job };
    }
    case 204:
      return { ...outcome, kind: 'none' };
    case 403:
      return { ...outcome, kind: 'forbidden', healthy: false };
    case 409:
      return { ...outcome, kind: 'conflict' };
    case 429:
      return { ...outcome, kind: 'rate_limited' };
    case 503:
      return { ...outcome, kind: 'unavailable' };
    default:
      return { ...outcome, kind: 'failed' };
  }
}

function readOffer({ body, correlationId }: DecodedReply): JobOffer | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const payload = body as JsonObject;
  const { id, token } = payload;
  return typeof id === 'number' && typeof token === 'string'
    ? { id, token, payload, correlationId }
    : undefined;
}
