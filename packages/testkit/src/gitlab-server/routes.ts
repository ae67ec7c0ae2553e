import type { CallName } from './gitlab-faults.ts';
import { register, resetToken, unregister, verify, type Route } from './runner-routes.ts';

/** The route of a request. */
export interface FoundRoute {
  /** Undefined for an update, whose body says what it is. */
  readonly call: CallName | undefined;
  /** Undefined for calls of a job, and for the request for one. */
  readonly handle: Route | undefined;
  readonly job: number | undefined;
  readonly isJson: boolean;
}

const runnerRoutes: readonly (readonly [string, RegExp, CallName, Route | undefined])[] = [
  ['POST', /^\/runners$/, 'register', register],
  ['POST', /^\/runners\/verify$/, 'verify', verify],
  ['DELETE', /^\/runners(?:\/managers)?$/, 'unregister', unregister],
  ['POST', /^\/runners(?:\/\d+)?\/reset_authentication_token$/, 'reset-token', resetToken],
  ['POST', /^\/jobs\/request$/, 'request', undefined],
];

/** Finds the route; undefined when there is none. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  if (!path.startsWith('/api/v4/')) return undefined;
  const rest = path.slice('/api/v4'.length);
  const found = runnerRoutes.find((route) => route[0] === method && route[1].test(rest));
  if (found !== undefined)
    return { call: found[2], handle: found[3], job: undefined, isJson: true };
  const [, id, trace] = /^\/jobs\/(\d+)(\/trace)?$/.exec(rest) ?? [];
  if (id === undefined) return undefined;
  const job = { handle: undefined, job: Number(id) };
  if (trace === undefined && method === 'PUT') return { ...job, call: undefined, isJson: true };
  if (trace !== undefined && method === 'PATCH') return { ...job, call: 'patch', isJson: false };
  return undefined;
}
