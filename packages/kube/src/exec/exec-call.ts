import { linkSignals, retry, withDeadline } from '@millrace/async';
import { isRunnerError, type KubeApi } from '@millrace/core';
import type { ApiClient } from '../transport/api-client.ts';
import { decideRetry } from '../transport/decide-retry.ts';
import { isDeadline, timeoutError } from '../transport/named-timeout.ts';
import { createExecSession } from './exec-session.ts';
import { openExecSocket } from './open-exec-socket.ts';

/**
 * {@link KubeApi.exec}. The time limit is for opening. Opening is repeated when the server answered with an error that
 * passes, because then nothing was started; not when the connection broke on the way, because then the command may run.
 */
export function createExecCall(client: ApiClient): KubeApi['exec'] {
  const { clock, random } = client.options;
  return async (request, { signal, timeout }) => {
    const allowed = timeout ?? client.limits.attemptTimeout;
    const decide = decideRetry({
      request: { repeatable: 'always' },
      policy: client.retryPolicy,
      endsAt: clock.monotonic() + allowed,
      options: client.options,
    });
    client.lifetime.throwIfAborted();
    const socket = await withDeadline(clock, allowed, signal, (inner) =>
      retry(
        { ...client.retryPolicy, attempts: Number.POSITIVE_INFINITY },
        (error) => (mayHaveStarted(error) ? 'never' : decide.classify(error)),
        (_number, own) =>
          client.authenticated(
            (credential) => openExecSocket(client, request, credential, { signal: own }),
            { signal: own },
          ),
        { signal: inner, clock, ...(random && { random }) },
      ),
    ).catch((error: unknown) => {
      if (signal.aborted || !isDeadline(error)) throw error;
      const call = { verb: 'create', resource: 'pods/exec', name: request.pod };
      throw timeoutError(call, allowed, decide.lastError());
    });
    const linked = linkSignals(signal, client.lifetime);
    const session = createExecSession(socket, request, {
      clock,
      limits: client.limits,
      signal: linked.signal,
    });
    void session.status.then(linked.dispose, linked.dispose);
    return session;
  };
}

function mayHaveStarted(error: unknown): boolean {
  return (
    isRunnerError(error) &&
    error.reason === 'api_unreachable' &&
    error.details['processed'] !== false
  );
}
