import { describe, expect, it } from 'vitest';
import { seededDice } from './dice.ts';
import { planCase, type PlanCaseOptions } from './plan-case.ts';
import { recordedCases, type RecordedCase } from './recorded-case.ts';

/** Cases to which many plugins contribute. */
const chosen = ['039-', '073-', '085-', '123-', '261-'];
const shuffles = 10;
const { signal } = new AbortController();

describe('the order in which plugins are listed decides nothing', () => {
  const cases = recordedCases().filter(({ name }) => chosen.includes(name.slice(0, 4)));
  it.each(cases.map((recorded) => [recorded.name, recorded] as const))(
    '%s is planned to the same bytes',
    async (name, recorded) => {
      const dice = seededDice(name);
      const asListed = await planText(recorded, (same) => same);
      for (let count = 0; count < shuffles; count += 1)
        expect(firstDifference(asListed, await planText(recorded, dice.shuffle))).toBeUndefined();
    },
  );

  it('has as many cases as were chosen', () => {
    expect(cases).toHaveLength(chosen.length);
  });
});

/** The whole plan as text; what `explain` prints is a part of it. */
async function planText(
  recorded: RecordedCase,
  compose: NonNullable<PlanCaseOptions['compose']>,
): Promise<string> {
  const { generation, plan } = await planCase(recorded, { compose, signal });
  await generation.dispose();
  return JSON.stringify(plan);
}

/** Where two long texts part, in a few words. */
function firstDifference(expected: string, got: string): string | undefined {
  if (expected === got) return undefined;
  let at = 0;
  while (expected[at] === got[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(at - 80, 0), at + 80);
  return `…${around(expected)}… became …${around(got)}…`;
}
