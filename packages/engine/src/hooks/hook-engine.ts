import {
  hookTable,
  type Clock,
  type HookContext,
  type HookHandlers,
  type HookName,
  type Logger,
  type NeedsOf,
  type RunnerError,
  type Tap,
} from '@millrace/core';
import { linkSignals } from '@millrace/async';
import { attribute, overdue } from './attribute.ts';

/** Gives handlers what they need; a job's scope. */
export type ResolveNeeds = (needs: NeedsOf) => Readonly<Record<string, unknown>>;

/** One element that a collecting hook gave, with who gave it and where in its list it stood. */
export interface Collected<Item> {
  readonly plugin: string;
  readonly sequence: number;
  readonly item: Item;
}

/** Time that handlers of a plugin took. */
export interface HookTiming {
  readonly hook: HookName;
  readonly plugin: string;
  readonly calls: number;
  readonly milliseconds: number;
}

type Arguments<Name extends HookName> = Parameters<HookHandlers[Name]>;
type AsyncHook = 'beforeStage' | 'afterStage' | 'cleanup' | 'unitFinished' | 'jobFinished';

/** How a value goes into a handler and how its result is taken up. */
export interface Waterfall<Value> {
  readonly give: (value: Value) => unknown;
  readonly accept: (value: Value, result: unknown, plugin: string) => Value;
}

/** What a hook engine works with. */
export interface HookEngineOptions {
  readonly taps: ReadonlyMap<HookName, readonly Tap[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs handlers in their order: one method a kind. Every error names plugin and hook. */
export class HookEngine {
  readonly #taps: ReadonlyMap<HookName, readonly Tap[]>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timings = new Map<
    string,
    { hook: HookName; plugin: string; calls: number; milliseconds: number }
  >();
  readonly #pending = new Map<symbol, { readonly hook: HookName; readonly plugin: string }>();

  constructor({ taps, clock, logger }: HookEngineOptions) {
    this.#taps = taps;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Handlers of a hook in the order they run. */
  order(hook: HookName): readonly Tap[] {
    return this.#taps.get(hook) ?? [];
  }

  get timings(): readonly HookTiming[] {
    return [...this.#timings.values()];
  }

  /** Calls that have not settled, as `plugin (hook)`. */
  get pending(): readonly string[] {
    return [...this.#pending.values()].map(({ plugin, hook }) => `${plugin} (${hook})`);
  }

  /** Each handler is given what came of the one before. */
  waterfall<Value>(
    hook: 'planUnits' | 'patchPod',
    value: Value,
    rest: readonly unknown[],
    resolve: ResolveNeeds,
    { give, accept }: Waterfall<Value>,
  ): Value {
    let current = value;
    for (const tap of this.order(hook))
      current = accept(current, this.#call(tap, [give(current), ...rest], resolve), tap.plugin);
    return current;
  }

  /** All elements that all handlers return. */
  collect<Item>(
    hook: 'overwriteSettings' | 'contributePod' | 'contributeObject' | 'validatePod',
    args: readonly unknown[],
    resolve: ResolveNeeds,
  ): readonly Collected<Item>[] {
    const counters = new Map<string, number>();
    return this.order(hook).flatMap((tap) => {
      const items = this.#call(tap, args, resolve) as readonly Item[];
      return items.map((item) => {
        const sequence = counters.get(tap.plugin) ?? 0;
        counters.set(tap.plugin, sequence + 1);
        return { plugin: tap.plugin, sequence, item };
      });
    });
  }

  /** The first result that is not undefined. */
  first<Name extends 'classifyPod'>(
    hook: Name,
    args: Arguments<Name>,
    resolve: ResolveNeeds,
  ): ReturnType<HookHandlers[Name]> | undefined {
    for (const tap of this.order(hook)) {
      const result = this.#call(tap, args, resolve) as ReturnType<HookHandlers[Name]> | undefined;
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** One after another; the first failure stops the row. */
  async series(
    hook: 'beforeStage' | 'afterStage',
    args: readonly unknown[],
    context: HookContext,
    resolve: ResolveNeeds,
  ): Promise<void> {
    for (const tap of this.order(hook)) await this.#callAsync(tap, args, context, resolve);
  }

  /** Handlers around each other and around `innermost`. */
  wrap<Result>(
    hook: 'runStage',
    args: readonly unknown[],
    context: HookContext,
    resolve: ResolveNeeds,
    innermost: () => Promise<Result>,
  ): Promise<Result> {
    const compose = (index: number): Promise<Result> => {
      const tap = this.order(hook)[index];
      if (tap === undefined) return innermost();
      let called = false;
      const next = (): Promise<Result> => {
        if (called)
          return Promise.reject(
            attribute(new Error('it called next more than once'), tap.plugin, hook),
          );
        called = true;
        return compose(index + 1);
      };
      return this.#callAsync(tap, args, context, resolve, [next]) as Promise<Result>;
    };
    return compose(0);
  }

  /** In reverse order; each runs though others fail, within its own deadline. Returns the failures. */
  async cleanup(context: HookContext, resolve: ResolveNeeds): Promise<readonly RunnerError[]> {
    const failures: RunnerError[] = [];
    for (const tap of this.order('cleanup').toReversed()) {
      try {
        await this.#callAsync(tap, [], context, resolve);
      } catch (failure) {
        failures.push(attribute(failure, tap.plugin, 'cleanup'));
      }
    }
    return failures;
  }

  /** Tells everybody; failures are logged and change nothing. */
  async observe(
    hook: 'unitFinished' | 'jobFinished',
    args: readonly unknown[],
    context: HookContext,
    resolve: ResolveNeeds,
  ): Promise<void> {
    await Promise.all(
      this.order(hook).map(async (tap) => {
        try {
          await this.#callAsync(tap, args, context, resolve);
        } catch (failure) {
          this.#logger.warn(attribute(failure, tap.plugin, hook).message, {
            plugin: tap.plugin,
            hook,
            job: context.jobId,
          });
        }
      }),
    );
  }

  #call(tap: Tap, args: readonly unknown[], resolve: ResolveNeeds): unknown {
    const started = this.#clock.monotonic();
    try {
      return tap.handler(...args, resolve(tap.needs));
    } catch (thrown) {
      throw attribute(thrown, tap.plugin, tap.hook);
    } finally {
      this.#measure(tap, started);
    }
  }

  async #callAsync(
    tap: Tap,
    args: readonly unknown[],
    context: HookContext,
    resolve: ResolveNeeds,
    last: readonly unknown[] = [],
  ): Promise<unknown> {
    const hook = tap.hook as AsyncHook | 'runStage';
    const { budget } = hookTable[hook];
    const started = this.#clock.monotonic();
    const call = Symbol(hook);
    this.#pending.set(call, { hook, plugin: tap.plugin });
    const limit = new AbortController();
    const linked = linkSignals(context.signal, limit.signal);
    let stop: () => void = () => undefined;
    try {
      const handled = Promise.resolve(
        tap.handler(...args, { ...context, signal: linked.signal }, ...last, resolve(tap.needs)),
      );
      if (budget === 0) return await handled;
      const expired = new Promise<never>((_, reject) => {
        stop = this.#clock.after(budget, () => {
          const error = overdue(tap.plugin, hook, budget);
          limit.abort(error);
          reject(error);
        });
      });
      // A call that outlives its budget stays listed as pending until it settles.
      handled.then(
        () => this.#pending.delete(call),
        () => this.#pending.delete(call),
      );
      return await Promise.race([handled, expired]);
    } catch (thrown) {
      throw attribute(thrown, tap.plugin, hook);
    } finally {
      stop();
      linked.dispose();
      if (budget === 0) this.#pending.delete(call);
      this.#measure(tap, started);
    }
  }

  #measure(tap: Tap, started: number): void {
    const key = `${tap.hook} ${tap.plugin}`;
    const entry = this.#timings.get(key) ?? {
      hook: tap.hook,
      plugin: tap.plugin,
      calls: 0,
      milliseconds: 0,
    };
    entry.calls += 1;
    entry.milliseconds += this.#clock.monotonic() - started;
    this.#timings.set(key, entry);
  }
}
