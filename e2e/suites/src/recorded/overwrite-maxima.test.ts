import type { Plan } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { seededDice, type Dice } from './dice.ts';
import { exactQuantity } from './exact-quantity.ts';
import { isList, member } from './json-shape.ts';
import { payloads } from './job-payload.ts';
import { openRunner } from './plan-case.ts';

const runners = 40;
const jobsPerRunner = 8;
const containers = { '': 'build', helper_: 'helper' } as const;
const resources = { cpu: 'cpu', memory: 'memory', ephemeral_storage: 'ephemeral-storage' } as const;
const kinds = { limit: 'limits', request: 'requests' } as const;

/** One overwrite: its config keys, its variable, and its place in the pod. */
interface Overwrite {
  readonly key: string;
  readonly variable: string;
  readonly container: string;
  readonly path: readonly [string, string];
}

const overwrites: readonly Overwrite[] = Object.entries(containers).flatMap(([prefix, container]) =>
  Object.entries(resources).flatMap(([resource, name]) =>
    Object.entries(kinds).map(([kind, member]): Overwrite => {
      const key = `${prefix}${resource}_${kind}`;
      const variable = `KUBERNETES_${key.toUpperCase()}`;
      return { key, variable, container, path: [member, name] };
    }),
  ),
);

describe('overwrites of resources', () => {
  it('never exceed an allowed maximum, in any order and spelling; what does not exceed one is allowed', async () => {
    const dice = seededDice('maxima');
    const payload = payloads();
    const seen = { allowed: 0, refused: 0 };
    for (let count = 0; count < runners; count += 1) {
      const maxima = new Map(overwrites.map(({ key }) => [key, quantity(dice)]));
      const runner = await openRunner(configuration(dice, maxima), new AbortController().signal);
      for (let job = 0; job < jobsPerRunner; job += 1) {
        const variables = Array.from({ length: 1 + dice.roll(4) }, () => written(dice));
        const plan = runner.plan(payload({ variables }));
        const told = { variables, maxima, refusal: plan.refused?.message };
        expect({ ...told, exceeding: exceeding(plan, maxima) }).toEqual({ ...told, exceeding: [] });
        // Of a key that is written twice, the last one counts.
        const harmless = [...new Map(variables)].every(([key, value]) =>
          within(key, value, maxima),
        );
        expect({ ...told, allowed: plan.refused === null }).toEqual({ ...told, allowed: harmless });
        seen[harmless ? 'allowed' : 'refused'] += 1;
      }
      await runner.dispose();
    }
    expect(seen.allowed).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  });
});

/** Maxima for all, and for some a value of the runner's own that does not exceed it. */
function configuration(dice: Dice, maxima: ReadonlyMap<string, string>): string {
  const lines = [...maxima].flatMap(([key, maximum]) => [
    `    ${key}_overwrite_max_allowed = "${maximum}"`,
    ...(dice.roll(3) === 0 ? [`    ${key} = "${maximum}"`] : []),
  ]);
  return `[[runners]]\n  name = "r"\n  url = "https://gitlab.example.com"\n  token = "glrt-0123456789abcdefghij"
  executor = "kubernetes"\n  [runners.kubernetes]\n    namespace = "ci"\n${lines.join('\n')}\n`;
}

const written = (dice: Dice): readonly [string, string] => {
  const { variable } = overwrites[dice.roll(overwrites.length)] ?? { variable: '' };
  return [variable, quantity(dice)];
};

/** Any spelling of a positive quantity. */
function quantity(dice: Dice): string {
  const digits = String(1 + dice.roll(dice.pick([9, 99, 9_999, 999_999_999])));
  const decimals = dice.pick(['', '', `.${dice.roll(1000)}`, '.']);
  const suffix = dice.pick(['', 'm', 'u', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E2', 'e-2']);
  return `${dice.pick(['', '', '+', '0'])}${digits}${decimals}${suffix}`;
}

function within(variable: string, value: string, maxima: ReadonlyMap<string, string>): boolean {
  const { key = '' } = overwrites.find((overwrite) => overwrite.variable === variable) ?? {};
  return exactQuantity(value) <= exactQuantity(maxima.get(key) ?? '0');
}

/** Quantities of the planned pod that are more than the maximum. */
const exceeding = (plan: Plan, maxima: ReadonlyMap<string, string>): readonly string[] =>
  overwrites.flatMap(({ key, container, path }) => {
    const containersOfPod = member(plan.units[0]?.pod.manifest, 'spec', 'containers');
    const found = isList(containersOfPod)
      ? containersOfPod.find((each) => member(each, 'name') === container)
      : undefined;
    const value = member(found, 'resources', ...path);
    const maximum = maxima.get(key) ?? '0';
    return typeof value === 'string' && exactQuantity(value) > exactQuantity(maximum)
      ? [`${container} ${path.join('.')} is ${value}, more than ${maximum}`]
      : [];
  });
