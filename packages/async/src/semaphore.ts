import { addAbortListener } from 'node:events';
import { deferred, type Deferred } from './deferred.ts';

/** Ends the wait or gives the place back. */
type Release = () => void;

/** Lets at most `limit` holders in; those who wait enter in the order in which they asked. */
export class Semaphore {
  readonly #waiting = new Set<() => void>();
  #free: number;

  /** @throws RangeError when `limit` is not a positive integer */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`limit must be a positive integer, not ${limit}`);
    this.#free = limit;
  }

  /**
   * Waits for a place. Call the returned function to give it back; further calls of it do nothing.
   * @throws the signal's reason when it aborts before there was a place
   */
  async acquire({ signal }: { readonly signal: AbortSignal }): Promise<Release> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#passOn();
    };
  }

  /** Runs `work` while holding a place. */
  async run<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<T> {
    const release = await this.acquire({ signal });
    try {
      return await work(signal);
    } finally {
      release();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const turn: Deferred<void> = deferred();
    const enter = (): void => {
      listener[Symbol.dispose]();
      turn.resolve();
    };
    const listener = addAbortListener(signal, () => {
      this.#waiting.delete(enter);
      turn.reject(signal.reason);
    });
    this.#waiting.add(enter);
    return turn.promise;
  }

  /** The place goes straight to the next in line, so a newcomer cannot overtake. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
