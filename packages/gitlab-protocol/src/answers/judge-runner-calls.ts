import type { JsonObject, JsonValue } from '@millrace/core';
import { withoutBody, type DecodedReply, type Reply } from '../calls/reply.ts';

/** What the server says about a runner's token. */
export interface RunnerCredentials {
  /** 0 where the server does not say. */
  readonly id: number;
  /** Secret; empty where the server does not say. */
  readonly token: string;
  /** RFC 3339; undefined when it never ends. */
  readonly tokenExpiresAt: string | undefined;
}

/** What came of `POST runners`. */
export type RegisterOutcome = (
  | ({ readonly kind: 'registered' } & RunnerCredentials)
  /** The registration token is not accepted. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'failed' }
) & { readonly reply: Reply };

/** What came of `POST runners/verify`. */
export type VerifyOutcome = (
  | ({ readonly kind: 'valid' } & RunnerCredentials)
  /** The server does not know the token. */
  | { readonly kind: 'invalid' }
  /** No clear answer; GitLab Runner takes the runner for alive. */
  | { readonly kind: 'unclear' }
) & { readonly reply: Reply };

/** What came of `DELETE runners` or `DELETE runners/managers`. */
export interface UnregisterOutcome {
  readonly kind: 'unregistered' | 'forbidden' | 'failed';
  readonly reply: Reply;
}

/** What came of a reset of the authentication token. */
export type ResetTokenOutcome = (
  | ({
      readonly kind: 'reset';
      /** Milliseconds since the epoch, by our clock. */
      readonly obtainedAt: number;
    } & Omit<RunnerCredentials, 'id'>)
  /** The token that was shown is not accepted. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'failed' }
) & { readonly reply: Reply };

/** What the answer to a registration means. */
export function judgeRegister(decoded: DecodedReply): RegisterOutcome {
  const reply = withoutBody(decoded);
  const credentials = readCredentials(decoded.body);
  if (reply.status === 201 && credentials.token !== '')
    return { kind: 'registered', ...credentials, reply };
  return { kind: reply.status === 403 ? 'forbidden' : 'failed', reply };
}

/** What the answer to a verification means; old servers answer 200 without a body. */
export function judgeVerify(decoded: DecodedReply): VerifyOutcome {
  const reply = withoutBody(decoded);
  if (reply.status === 200) return { kind: 'valid', ...readCredentials(decoded.body), reply };
  return { kind: reply.status === 403 ? 'invalid' : 'unclear', reply };
}

/** What the answer to an unregistration means. */
export function judgeUnregister(decoded: DecodedReply): UnregisterOutcome {
  const reply = withoutBody(decoded);
  if (reply.status === 204) return { kind: 'unregistered', reply };
  return { kind: reply.status === 403 ? 'forbidden' : 'failed', reply };
}

/** What the answer to a reset means. */
export function judgeResetToken(decoded: DecodedReply, obtainedAt: number): ResetTokenOutcome {
  const reply = withoutBody(decoded);
  const { token, tokenExpiresAt } = readCredentials(decoded.body);
  if (reply.status === 201 && token !== '')
    return { kind: 'reset', token, tokenExpiresAt, obtainedAt, reply };
  return { kind: reply.status === 403 ? 'forbidden' : 'failed', reply };
}

function readCredentials(body: JsonValue | undefined): RunnerCredentials {
  const fields =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : {};
  const { id, token, token_expires_at: expires } = fields;
  return {
    id: typeof id === 'number' ? id : 0,
    token: typeof token === 'string' ? token : '',
    tokenExpiresAt: typeof expires === 'string' && expires !== '' ? expires : undefined,
  };
}
