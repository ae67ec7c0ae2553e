import type { JsonObject } from '@millrace/core';
import {
  judgeRegister,
  judgeResetToken,
  judgeUnregister,
  judgeVerify,
  type RegisterOutcome,
  type ResetTokenOutcome,
  type UnregisterOutcome,
  type VerifyOutcome,
} from '../answers/judge-runner-calls.ts';
import type { Cancellable } from '../calls/cancellable.ts';
import { noAnswer, type DecodedReply } from '../calls/reply.ts';
import type { ApiCall } from '../calls/send-call.ts';
import type { RunnerInfo } from '../wire/runner-info.ts';
import { jsonCall } from './build-call.ts';
import type { GitlabClientOptions } from './settings.ts';

/** What `POST runners` asks for; the legacy way to register. */
export interface RegisterRequest {
  /** Registration token; secret. */
  readonly token: string;
  readonly info: RunnerInfo;
  readonly description?: string;
  readonly maintenanceNote?: string;
  readonly tags?: readonly string[];
  readonly runUntagged: boolean;
  readonly locked: boolean;
  readonly paused: boolean;
  readonly accessLevel?: string;
  /** Seconds. */
  readonly maximumTimeout?: number;
}

/** Calls about the runner itself. They reject only when their signal aborts. */
export interface RunnerCalls {
  readonly register: (request: RegisterRequest, options: Cancellable) => Promise<RegisterOutcome>;
  /** Whether the server knows the runner. */
  readonly verify: (options: Cancellable) => Promise<VerifyOutcome>;
  /** Removes the runner, or with a `glrt-` token this machine's manager of it. */
  readonly unregister: (options: Cancellable) => Promise<UnregisterOutcome>;
  /** Gets a new token for the one the client has, or with a personal access token for the runner of an id. */
  readonly resetToken: (
    how: 'own-token' | { readonly runnerId: number; readonly personalAccessToken: string },
    options: Cancellable,
  ) => Promise<ResetTokenOutcome>;
}

/** Whether a token is that of a runner made on the server, which has one manager a machine. */
export const isCreatedRunnerToken = (token: string): boolean => token.startsWith('glrt-');

/** @param send - sends a call with all its tries */
export function createRunnerCalls(
  base: URL,
  options: Pick<GitlabClientOptions, 'clock' | 'info' | 'systemId' | 'token'>,
  send: (call: ApiCall, options: Cancellable) => Promise<DecodedReply>,
): RunnerCalls {
  const { token, info, systemId, clock } = options;
  const own = { token, ...(systemId === undefined ? {} : { system_id: systemId }) };
  const headers = { 'runner-token': token };
  const secrets = [token];

  const verify: RunnerCalls['verify'] = async (how) => {
    const call = {
      method: 'POST',
      url: new URL('runners/verify', base),
      headers,
      body: { info, ...own },
      secrets,
    } as const;
    const reply = await send(jsonCall({ ...call, decodes: 200 }), how);
    // Old servers, and AlloyCI, answer without JSON.
    const plain = reply.status === noAnswer ? await send(jsonCall(call), how) : reply;
    return judgeVerify(plain);
  };

  const unregister: RunnerCalls['unregister'] = async (how) => {
    const isManager = isCreatedRunnerToken(token);
    const url = new URL(isManager ? 'runners/managers' : 'runners', base);
    const body = isManager ? own : { token };
    return judgeUnregister(
      await send(jsonCall({ method: 'DELETE', url, headers, body, secrets }), how),
    );
  };

  const resetToken: RunnerCalls['resetToken'] = async (how, cancellable) => {
    const path = 'reset_authentication_token';
    const common = { method: 'POST', decodes: 201, endpoint: 'reset_token' } as const;
    const call =
      how === 'own-token'
        ? { ...common, url: new URL(`runners/${path}`, base), body: { token }, secrets }
        : {
            ...common,
            url: new URL(`runners/${how.runnerId}/${path}`, base),
            headers: { 'private-token': how.personalAccessToken },
            body: null,
            secrets: [how.personalAccessToken],
          };
    const reply = await send(jsonCall(call), cancellable);
    return judgeResetToken(reply, clock.now());
  };

  return {
    register: async (request, how) =>
      judgeRegister(
        await send(
          jsonCall({
            method: 'POST',
            url: new URL('runners', base),
            headers: { 'runner-token': request.token },
            body: registerBody(request),
            secrets: [request.token],
            decodes: 201,
          }),
          how,
        ),
      ),
    verify,
    unregister,
    resetToken,
  };
}

/** Empty texts and zeros are left out, as Go does; booleans are always there. */
function registerBody(request: RegisterRequest): JsonObject {
  const optional = {
    description: request.description,
    maintenance_note: request.maintenanceNote,
    tag_list: request.tags?.join(','),
    access_level: request.accessLevel,
    maximum_timeout: request.maximumTimeout,
  };
  return {
    token: request.token,
    info: { ...request.info },
    ...Object.fromEntries(
      Object.entries(optional).flatMap(([key, value]) => (value ? [[key, value] as const] : [])),
    ),
    run_untagged: request.runUntagged,
    locked: request.locked,
    paused: request.paused,
  };
}
