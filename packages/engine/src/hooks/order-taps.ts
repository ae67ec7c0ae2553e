import type { HookName, Tap } from '@millrace/core';
import type { ConfigProblem } from '@millrace/config';

const phases = { pre: 0, normal: 1, post: 2 } as const;

/** Handlers of one hook in the order they run, and what is wrong with the wishes for it. */
export interface OrderedTaps {
  readonly taps: readonly Tap[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Orders handlers by phase, then by `before` and `after`, then by plugin name; the order in which plugins are listed
 * does not matter. A name that ends in `?` may be absent.
 */
export function orderTaps(hook: HookName, taps: readonly Tap[]): OrderedTaps {
  const problems: ConfigProblem[] = [];
  const present = new Set(taps.map(({ plugin }) => plugin));
  const rest = taps.toSorted((a, b) => phase(a) - phase(b) || compare(a.plugin, b.plugin));
  const follows = (later: Tap, earlier: Tap): boolean =>
    phase(later) > phase(earlier) ||
    names(later.order.after).has(earlier.plugin) ||
    names(earlier.order.before).has(later.plugin);
  for (const { plugin, order } of taps) {
    for (const name of [...(order.before ?? []), ...(order.after ?? [])]) {
      if (!name.endsWith('?') && !present.has(name)) {
        problems.push({
          severity: 'error',
          path: [],
          message: `plugin ${plugin} orders its ${hook} hook by ${name}, which has no such hook`,
          hint: `load ${name}, or write "${name}?" if it may be absent`,
        });
      }
    }
  }
  const ordered: Tap[] = [];
  while (rest.length > 0) {
    const next = rest.findIndex(
      (tap) => !rest.some((other) => other !== tap && follows(tap, other)),
    );
    if (next < 0) {
      problems.push({
        severity: 'error',
        path: [],
        message: `${hook} hooks order each other in a circle: ${circle(rest, follows).join(' → ')}`,
        hint: 'take out one of the before/after wishes',
      });
      return { taps: [...ordered, ...rest], problems };
    }
    ordered.push(...rest.splice(next, 1));
  }
  return { taps: ordered, problems };
}

const phase = (tap: Tap): number => phases[tap.order.phase ?? 'normal'];
const names = (list: readonly string[] = []): ReadonlySet<string> =>
  new Set(list.map((name) => name.replace(/\?$/, '')));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function circle(
  rest: readonly Tap[],
  follows: (later: Tap, earlier: Tap) => boolean,
): readonly string[] {
  const path: Tap[] = [];
  let current = rest[0];
  while (current !== undefined && !path.includes(current)) {
    const tap: Tap = current;
    path.push(tap);
    current = rest.find((other) => other !== tap && follows(tap, other));
  }
  const from = current === undefined ? 0 : path.indexOf(current);
  return [...path.slice(from), ...(current === undefined ? [] : [current])]
    .map(({ plugin }) => plugin)
    .toReversed();
}
