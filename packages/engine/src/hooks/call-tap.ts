import { linkSignals } from '@millrace/async';
import {
  hookTable,
  type Clock,
  type HookContext,
  type HookName,
  type NeedsOf,
  type Tap,
} from '@millrace/core';
import { attribute, overdue } from './attribute.ts';

/** Gives handlers what they need: a job's scope while planning, the generation's while running. */
export type ResolveNeeds = (needs: NeedsOf) => Readonly<Record<string, unknown>>;

/** Time that handlers of a plugin took. */
export interface HookTiming {
  readonly hook: HookName;
  readonly plugin: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** How long a handler may go on after its signal was aborted, whatever its budget. */
const abortGrace = 5_000;

/** Calls handlers: measures them, keeps to their budgets, and names plugin and hook in whatever they throw. */
export class TapCaller {
  readonly #clock: Clock;
  readonly #timings = new Map<string, HookTiming>();
  readonly #pending = new Map<symbol, Pick<Tap, 'hook' | 'plugin'>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get timings(): readonly HookTiming[] {
    return [...this.#timings.values()];
  }

  /** Asynchronous calls that have not settled, as `plugin (hook)`, also those that were given up. */
  get pending(): readonly string[] {
    return [...this.#pending.values()].map(({ plugin, hook }) => `${plugin} (${hook})`);
  }

  call(tap: Tap, args: readonly unknown[], resolve: ResolveNeeds): unknown {
    const started = this.#clock.monotonic();
    try {
      return tap.handler(...args, resolve(tap.needs));
    } catch (thrown) {
      throw attribute(thrown, tap.plugin, tap.hook);
    } finally {
      this.#measure(tap, started);
    }
  }

  /**
   * Settles within the hook's budget, and soon after the context's signal aborts, also when the handler does neither.
   * @param last - arguments behind the context
   */
  async callAsync(
    tap: Tap,
    args: readonly unknown[],
    context: HookContext,
    resolve: ResolveNeeds,
    last: readonly unknown[] = [],
  ): Promise<unknown> {
    const { plugin, hook } = tap;
    const { budget } = hookTable[hook];
    const started = this.#clock.monotonic();
    const linked = linkSignals(context.signal);
    const timers: (() => void)[] = [];
    const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>();
    const allow = (milliseconds: number, why: string): void => {
      const expire = (): void => {
        const error = overdue(plugin, hook, milliseconds, why);
        giveUp(error);
        linked.abort(error);
      };
      timers.push(this.#clock.after(milliseconds, expire));
    };
    const onAbort = (): void => allow(abortGrace, 'of being told to end');
    try {
      const handled = this.#follow(tap, () =>
        Promise.resolve(
          tap.handler(...args, { ...context, signal: linked.signal }, ...last, resolve(tap.needs)),
        ),
      );
      if (budget > 0) allow(budget, '');
      if (linked.signal.aborted) onAbort();
      else linked.signal.addEventListener('abort', onAbort, { once: true });
      return await Promise.race([handled, givenUp]);
    } catch (thrown) {
      throw attribute(thrown, plugin, hook);
    } finally {
      linked.signal.removeEventListener('abort', onAbort);
      for (const cancel of timers) cancel();
      linked.dispose();
      this.#measure(tap, started);
    }
  }

  /** Lists a call as pending until it settles, though nobody may be waiting for it any more. */
  async #follow(tap: Tap, work: () => Promise<unknown>): Promise<unknown> {
    const call = Symbol(tap.hook);
    this.#pending.set(call, tap);
    try {
      return await work();
    } finally {
      this.#pending.delete(call);
    }
  }

  #measure({ hook, plugin }: Tap, started: number): void {
    const key = `${hook} ${plugin}`;
    const { calls = 0, milliseconds = 0 } = this.#timings.get(key) ?? {};
    this.#timings.set(key, {
      hook,
      plugin,
      calls: calls + 1,
      milliseconds: milliseconds + this.#clock.monotonic() - started,
    });
  }
}
