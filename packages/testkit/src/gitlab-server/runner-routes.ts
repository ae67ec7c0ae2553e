import type { JsonObject, JsonValue } from '@millrace/core';
import { checkFields, isObject, type FieldForm } from './check-fields.ts';
import { checkHeaders } from './check-headers.ts';
import { checkInfo } from './check-info.ts';
import type { Exchange, ServerAnswer } from './exchange.ts';
import type { KeptRunner } from './runner-book.ts';
import type { ServerContext } from './server-context.ts';

/** Answers one call whose body was read. */
export type Route = (
  exchange: Exchange,
  body: JsonValue | undefined,
  context: ServerContext,
) => ServerAnswer;

const systemIdPattern = /^[sr]_[0-9a-zA-Z]{12}$/;
const forbidden: ServerAnswer = { status: 403, json: { message: '403 Forbidden' } };

/** `POST runners` */
export const register: Route = (exchange, body, context) => {
  const { runners, violations, registrationToken } = context;
  const where = 'register';
  const faults = check(where, exchange, body, true, {
    token: 'text',
    info: 'object',
    description: 'text?',
    maintenance_note: 'text?',
    tag_list: 'text?',
    run_untagged: 'boolean',
    locked: 'boolean',
    paused: 'boolean',
    access_level: 'text?',
    maximum_timeout: 'integer?',
  });
  for (const fault of [...faults, ...checkInfo(where, member(body, 'info'), 'registering')])
    violations.add(fault);
  if (!hasToken(where, exchange, body, registrationToken, context)) return forbidden;
  const runner = runners.add({ token: runners.newToken('glrtr-') });
  return { status: 201, json: credentials(runner) };
};

/** `POST runners/verify` */
export const verify: Route = (exchange, body, context) => {
  const where = 'verify';
  // The second try, for old servers, does not ask for JSON.
  const wantsJson = exchange.headers.accept !== undefined;
  const faults = [
    ...check(where, exchange, body, wantsJson, {
      info: 'object',
      token: 'text',
      system_id: 'text',
    }),
    ...checkInfo(where, member(body, 'info'), 'running'),
    ...checkSystemId(where, body),
  ];
  for (const fault of faults) context.violations.add(fault);
  const runner = knownRunner(where, exchange, body, context);
  return runner === undefined ? forbidden : { status: 200, json: credentials(runner) };
};

/** `DELETE runners` and `DELETE runners/managers` */
export const unregister: Route = (exchange, body, context) => {
  const isManager = exchange.path.endsWith('/managers');
  const where = isManager ? 'unregister manager' : 'unregister';
  const faults = check(where, exchange, body, false, {
    token: 'text',
    ...(isManager ? ({ system_id: 'text' } as const) : {}),
  });
  const isCreated = textMember(body, 'token').startsWith('glrt-');
  if (isCreated !== isManager)
    context.violations.add(`${where}: not the path for this kind of token`);
  for (const fault of [...faults, ...(isManager ? checkSystemId(where, body) : [])])
    context.violations.add(fault);
  const runner = knownRunner(where, exchange, body, context);
  if (runner === undefined) return forbidden;
  if (!isManager) context.runners.remove(runner);
  return { status: 204 };
};

/** `POST runners/reset_authentication_token` and `POST runners/<id>/reset_authentication_token` */
export const resetToken: Route = (exchange, body, context) => {
  const { runners, violations, personalAccessToken } = context;
  const where = 'reset token';
  const id = /\/runners\/(\d+)\//.exec(exchange.path)?.[1];
  let runner: KeptRunner | undefined;
  if (id === undefined) {
    for (const fault of check(where, exchange, body, true, { token: 'text' }))
      violations.add(fault);
    if (exchange.headers['runner-token'] !== undefined)
      violations.add(`${where}: RUNNER-TOKEN has no place here`);
    runner = runners.find(textMember(body, 'token'));
  } else {
    if (body !== null) violations.add(`${where}: the body is not null`);
    const mayReset = exchange.headers['private-token'] === personalAccessToken;
    runner = mayReset ? runners.findById(Number(id)) : undefined;
  }
  if (runner === undefined) {
    violations.add(`${where}: wrong token`);
    return forbidden;
  }
  runner.token = runners.newToken('glrt-');
  const { token, token_expires_at: expires } = credentials(runner);
  return { status: 201, json: { token: token ?? null, token_expires_at: expires ?? null } };
};

/** A member of a body that may be anything. */
export function member(body: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(body) ? body[name] : undefined;
}

/** A member that should be a text; empty when it is none. */
export function textMember(body: JsonValue | undefined, name: string): string {
  const value = member(body, name);
  return typeof value === 'string' ? value : '';
}

/** What is wrong with the `system_id` of a body. */
export function checkSystemId(where: string, body: JsonValue | undefined): readonly string[] {
  return systemIdPattern.test(textMember(body, 'system_id')) ? [] : [`${where}: bad system_id`];
}

/** The runner that header and body name; a violation where there is none. */
export function knownRunner(
  where: string,
  exchange: Exchange,
  body: JsonValue | undefined,
  context: ServerContext,
): KeptRunner | undefined {
  const runner = context.runners.find(textMember(body, 'token'));
  const isKnown = hasToken(where, exchange, body, runner?.token, context);
  return isKnown ? runner : undefined;
}

function hasToken(
  where: string,
  { headers }: Exchange,
  body: JsonValue | undefined,
  expected: string | undefined,
  { violations }: ServerContext,
): boolean {
  const sent = member(body, 'token');
  if (headers['runner-token'] !== sent)
    violations.add(`${where}: RUNNER-TOKEN is not the token of the body`);
  if (sent === expected && expected !== undefined) return true;
  violations.add(`${where}: wrong token`);
  return false;
}

function check(
  where: string,
  exchange: Exchange,
  body: JsonValue | undefined,
  accept: boolean,
  forms: Readonly<Record<string, FieldForm>>,
): readonly string[] {
  return [
    ...checkHeaders(where, exchange, { contentType: 'application/json', accept }),
    ...checkFields(where, body, forms),
  ];
}

const credentials = (runner: KeptRunner): JsonObject => ({
  id: runner.id,
  token: runner.token,
  token_expires_at: runner.tokenExpiresAt ?? null,
});
