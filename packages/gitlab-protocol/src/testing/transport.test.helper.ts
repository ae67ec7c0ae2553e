import { createFakeClock, type FakeClock } from '@millrace/async';
import { onTestFinished } from 'vitest';
import { createTransport, type TransportOptions } from '../transport/create-transport.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../transport/transport.ts';
import { recordingLogger } from './recording-logger.test.helper.ts';

/** A transport under test, its time and what it logged. */
export interface TransportUnderTest {
  readonly transport: Transport;
  readonly clock: FakeClock;
  readonly logged: string[];
  /** Sends a POST, or what is given. */
  readonly send: (
    url: string,
    more?: Partial<HttpRequest> & { readonly signal?: AbortSignal },
  ) => Promise<HttpAnswer>;
}

/** Ends with the test. */
export function createTestTransport(options: Partial<TransportOptions> = {}): TransportUnderTest {
  const clock = createFakeClock();
  const logged: string[] = [];
  const transport = createTransport({ clock, logger: recordingLogger(logged), ...options });
  onTestFinished(() => transport.close());
  return {
    transport,
    clock,
    logged,
    send: (url, { signal = new AbortController().signal, ...more } = {}) =>
      transport.exchange(
        { method: 'POST', url: new URL(url), headers: { 'job-token': 'hush' }, ...more },
        { signal },
      ),
  };
}
