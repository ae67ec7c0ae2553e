import { describe, expect, it } from 'vitest';
import { explainCase } from './explain-case.ts';
import { isAboutThePlan, judge } from './judge.ts';
import { notYet } from './not-yet.ts';
import { recordedCases } from './recorded-case.ts';

const cases = recordedCases();
const titled = (pick: (typeof cases)[number][]): [string, (typeof cases)[number]][] =>
  pick.map((recorded) => [`${recorded.name} (${recorded.family}: ${recorded.about})`, recorded]);
/** Families of which a case may be listed as not yet agreeing; all others agree as a whole. */
const openFamilies = new Set(['autoscaler', 'feature-flags', 'suspend']);
const aboutThePlan = cases.filter(isAboutThePlan);
const listed = aboutThePlan.filter(({ name }) => notYet[name] !== undefined);
const settled = aboutThePlan.filter(({ name }) => notYet[name] === undefined);

describe('explain says what GitLab Runner did', () => {
  it.each(titled(settled))('%s', async (_title, recorded) => {
    const ours = await explainCase(recorded, new AbortController().signal);
    expect(judge(recorded, ours)).toEqual([]);
  });
});

describe('a case that is listed as not yet agreeing', () => {
  it.each(titled(listed))(
    '%s still differs; else remove it from the list',
    async (_title, recorded) => {
      const ours = await explainCase(recorded, new AbortController().signal);
      expect(judge(recorded, ours)).not.toEqual([]);
    },
  );

  it('is a recorded one, of a family that has open ends', () => {
    const open = aboutThePlan.filter(({ family }) => openFamilies.has(family));
    const names = new Set(open.map(({ name }) => name));
    expect(Object.keys(notYet).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('a case about the course of a run', () => {
  const others = cases.filter((recorded) => !isAboutThePlan(recorded));
  it.each(titled(others))('%s is planned without a refusal', async (_title, recorded) => {
    const ours = await explainCase(recorded, new AbortController().signal);
    expect(ours.refused).toBeNull();
  });
});
