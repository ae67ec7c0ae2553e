export { createAsyncQueue, type AsyncQueue } from './async-queue.ts';
export { deferred, type Deferred } from './deferred.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { linkSignals, type LinkedSignal } from './link-signals.ts';
export { seededRandom, systemRandom } from './random.ts';
export { retry, type RetryDecision, type RetryOptions, type RetryPolicy } from './retry.ts';
export { Semaphore } from './semaphore.ts';
export { createSystemClock } from './system-clock.ts';
export { withDeadline } from './with-deadline.ts';
