import { createHmac } from 'node:crypto';
import type { Clock } from '@millrace/core';
import { CallRefusal } from './call-refusal.ts';

const lifetime = 3_600_000;
const key = 'key of the test server';

/** The tokens that a server gave out. */
export interface TokenBook {
  readonly issue: (agent: number) => string;
  /**
   * The agent that a token stands for.
   * @throws CallRefusal when it is none of this server's, or too old
   */
  readonly verify: (token: string | undefined) => number;
  /** All tokens are too old from now on, which is not the client's fault. */
  readonly expireAll: () => void;
  /** Whether the server itself made a token too old. */
  readonly isExcused: (token: string | undefined) => boolean;
}

/** Starts with none. */
export function createTokenBook(clock: Clock): TokenBook {
  const tokens = new Map<string, { readonly agent: number; expires: number; excused: boolean }>();
  return {
    issue: (agent) => {
      const expires = clock.now() + lifetime;
      const claims = {
        iss: 'woodpecker',
        sub: String(agent),
        jti: String(agent),
        exp: Math.floor(expires / 1000),
        agent_id: agent,
        // Two tokens of one second are two, so that a test sees which one a call had.
        number: tokens.size,
      };
      const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
      const token = `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
      tokens.set(token, { agent, expires, excused: false });
      return token;
    },
    verify: (token) => {
      if (token === undefined) throw unauthenticated('token is not provided');
      const known = tokens.get(token);
      if (known === undefined) throw invalid(faultOf(token));
      if (known.expires <= clock.now()) throw invalid('token has invalid claims: token is expired');
      return known.agent;
    },
    expireAll: () => {
      for (const token of tokens.values()) {
        token.excused ||= token.expires > clock.now();
        token.expires = Number.NEGATIVE_INFINITY;
      }
    },
    isExcused: (token) => token !== undefined && tokens.get(token)?.excused === true,
  };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const unauthenticated = (text: string): CallRefusal => new CallRefusal('UNAUTHENTICATED', text);

const invalid = (reason: string): CallRefusal =>
  unauthenticated(`access token is invalid: invalid token: ${reason}`);

/** What the library for such tokens, in Go, says of one that it cannot accept. */
function faultOf(token: string): string {
  const [header = '', ...others] = token.split('.');
  if (others.length !== 2)
    return 'token is malformed: token contains an invalid number of segments';
  const illegal = header.search(/[^\w-]/u);
  return illegal < 0
    ? 'token signature is invalid: signature is invalid'
    : `token is malformed: could not base64 decode header: illegal base64 data at input byte ${illegal}`;
}
