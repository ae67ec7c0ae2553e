import 'reflect-metadata';
import {
  isRunnerError,
  RunnerError,
  type AnyToken,
  type NeedsOf,
  type Resolved,
  type ScopeName,
  type Token,
} from '@millrace/core';
import { container, type DependencyContainer } from 'tsyringe';

/** How one service is made. */
export interface ServiceRecipe {
  readonly token: AnyToken;
  readonly plugin: string;
  readonly needs: NeedsOf;
  readonly make: (needs: Readonly<Record<string, unknown>>) => unknown;
}

const length: Readonly<Record<ScopeName, number>> = { process: 3, generation: 2, job: 1 };

/**
 * Services of one life: process → generation → job. The one user of tsyringe: explicit tokens and factories only.
 * What is made here is disposed here, in reverse order.
 */
export class Scope {
  readonly name: ScopeName;
  readonly #container: DependencyContainer;
  readonly #disposers: (() => void | Promise<void>)[] = [];

  private constructor(name: ScopeName, child: DependencyContainer) {
    this.name = name;
    this.#container = child;
  }

  /** A scope without parent; never the library's global container. */
  static process(): Scope {
    return new Scope('process', container.createChildContainer());
  }

  /** A shorter life below this one. */
  child(name: ScopeName): Scope {
    return new Scope(name, this.#container.createChildContainer());
  }

  /** Registers a ready value. */
  value<T>(token: Token<T>, value: T): void {
    this.#container.register(token.key, { useValue: value });
  }

  /**
   * Registers a recipe; it is followed at most once, when first asked for, with what this scope offers. The library's
   * own caching factory would make one for each shorter life that asks.
   */
  recipe({ token, plugin, needs, make }: ServiceRecipe): void {
    let made: { readonly value: unknown } | undefined;
    const useFactory = (): unknown => {
      made ??= { value: this.#make(token, plugin, () => make(this.resolveAll(needs))) };
      return made.value;
    };
    this.#container.register(token.key, { useFactory });
  }

  /**
   * @throws RunnerError `MILLRACE_E_SERVICE_MISSING` when nobody offers the token
   */
  resolve<T>(token: Token<T>): T {
    if (!this.has(token)) {
      throw new RunnerError(`nobody offers the service ${token.id}`, {
        code: 'MILLRACE_E_SERVICE_MISSING',
        kind: 'config',
        blame: token.id,
        hint: 'load the plugin that offers it, or take out the one that needs it',
      });
    }
    return this.#container.resolve<T>(token.key);
  }

  /** Resolves a record of tokens. */
  resolveAll<N extends NeedsOf>(needs: N): Resolved<N> {
    const entries = Object.entries(needs).map(
      ([name, token]) => [name, this.resolve(token)] as const,
    );
    return Object.fromEntries(entries) as Resolved<N>;
  }

  has(token: AnyToken): boolean {
    return this.#container.isRegistered(token.key, true);
  }

  /** Runs when the scope ends; last added, first run. */
  onDispose(dispose: () => void | Promise<void>): void {
    this.#disposers.push(dispose);
  }

  /** Runs all disposers, though some fail, and reports the failures together. */
  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (let next = this.#disposers.pop(); next !== undefined; next = this.#disposers.pop()) {
      try {
        await next();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `${failures.length} of the ${this.name} scope's disposers failed`,
      );
  }

  #make(token: AnyToken, plugin: string, make: () => unknown): unknown {
    try {
      return make();
    } catch (thrown) {
      if (isRunnerError(thrown)) throw thrown;
      throw new RunnerError(
        `plugin ${plugin} failed to make the service ${token.id}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        {
          code: 'MILLRACE_E_PLUGIN_FAILED',
          kind: 'system',
          reason: 'plugin_failed',
          blame: plugin,
          hint: `report this to the author of ${plugin}`,
          cause: thrown,
        },
      );
    }
  }
}

/** True when a service of `user`'s life may depend on one of `used`'s. */
export const mayDependOn = (user: ScopeName, used: ScopeName): boolean =>
  length[used] >= length[user];
