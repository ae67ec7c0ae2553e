import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@millrace/async';
import type { Logger, ResourceType } from '@millrace/core';
import { onTestFinished } from 'vitest';
import { connect, type KubeConnection } from '../connect.ts';
import type { ConnectionFacts } from '../credentials/connection-facts.ts';
import type { ConnectOptions } from '../transport/settings.ts';

/** A connection under test, its time and what it logged. */
export interface TestConnection {
  readonly api: KubeConnection;
  readonly clock: FakeClock;
  /** Pauses it made, milliseconds. They take no time, unless the test asked for `pauses: 'real'`. */
  readonly pauses: number[];
  readonly logged: string[];
}

/** The secret of every test connection. */
export const token = 'very-secret-token-4711';

/** Connects; closes after the test. Time stands still, jitter is at its upper end. */
export function testConnection(
  url: string,
  options: Partial<ConnectOptions> & {
    readonly facts?: Partial<ConnectionFacts>;
    readonly pauses?: 'skipped' | 'real';
  } = {},
): TestConnection {
  const clock = createFakeClock();
  const pauses: number[] = [];
  const logged: string[] = [];
  const sleep: FakeClock['sleep'] = async (milliseconds, how) => {
    pauses.push(milliseconds);
    how?.signal?.throwIfAborted();
    if (options.pauses === 'real') await clock.sleep(milliseconds, how);
    else await setImmediate();
  };
  const api = connect(
    { server: url, source: 'test', token, ...options.facts },
    {
      userAgent: 'millrace-test/1',
      clock: { ...clock, sleep },
      logger: recordingLogger(logged),
      random: () => 1,
      ...options,
    },
  );
  onTestFinished(() => api.close());
  return { api, clock, pauses, logged };
}

/** Turns of the event loop until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

function recordingLogger(lines: string[]): Logger {
  const log = (message: string, fields?: object): void => {
    lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  return logger;
}

/** Pods, the resource of most tests. */
export const pods: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
};

/** Options of a call that nothing ends. */
export function unlimited(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
