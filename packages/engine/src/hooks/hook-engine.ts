import type {
  Clock,
  HookContext,
  HookHandlers,
  HookName,
  Logger,
  RunnerError,
  Tap,
} from '@millrace/core';
import { attribute } from './attribute.ts';
import { TapCaller, type HookTiming, type ResolveNeeds } from './call-tap.ts';

/** One element that a collecting hook gave, with who gave it and where in its list it stood. */
export interface Collected<Item> {
  readonly plugin: string;
  readonly sequence: number;
  readonly item: Item;
}

type Arguments<Name extends HookName> = Parameters<HookHandlers[Name]>;

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
  readonly #logger: Logger;
  readonly #caller: TapCaller;

  constructor({ taps, clock, logger }: HookEngineOptions) {
    this.#taps = taps;
    this.#logger = logger;
    this.#caller = new TapCaller(clock);
  }

  /** Handlers of a hook in the order they run. */
  order(hook: HookName): readonly Tap[] {
    return this.#taps.get(hook) ?? [];
  }

  /** Time of each plugin in each hook, since the generation began. */
  get timings(): readonly HookTiming[] {
    return this.#caller.timings;
  }

  /** Asynchronous calls that have not settled, as `plugin (hook)`. */
  get pending(): readonly string[] {
    return this.#caller.pending;
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
      current = accept(
        current,
        this.#caller.call(tap, [give(current), ...rest], resolve),
        tap.plugin,
      );
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
      const items = listFrom(tap, this.#caller.call(tap, args, resolve)) as readonly Item[];
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
      const result = this.#caller.call(tap, args, resolve) as
        | ReturnType<HookHandlers[Name]>
        | undefined;
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
    for (const tap of this.order(hook)) await this.#caller.callAsync(tap, args, context, resolve);
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
      return this.#caller.callAsync(tap, args, context, resolve, [next]) as Promise<Result>;
    };
    return compose(0);
  }

  /** In reverse order; each runs though others fail, within its own deadline. Returns the failures. */
  async cleanup(context: HookContext, resolve: ResolveNeeds): Promise<readonly RunnerError[]> {
    const failures: RunnerError[] = [];
    for (const tap of this.order('cleanup').toReversed()) {
      try {
        await this.#caller.callAsync(tap, [], context, resolve);
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
          await this.#caller.callAsync(tap, args, context, resolve);
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
}

/** What a hook that collects returned. Plugins may be plain JavaScript, so nothing is taken for granted. */
export function listFrom(
  { plugin, hook }: Pick<Tap, 'plugin' | 'hook'>,
  result: unknown,
): readonly unknown[] {
  if (Array.isArray(result)) return result as readonly unknown[];
  throw attribute(
    new Error(
      `it must return a list at once, not ${result instanceof Promise ? 'a promise' : typeof result}`,
    ),
    plugin,
    hook,
  );
}
