import { describe, expect, it } from 'vitest';
import { gitlabBindings } from './gitlab-keys-page.ts';

const bindings = gitlabBindings();
const repeated = <T>(values: readonly T[]): readonly T[] =>
  values.filter((value, at) => values.indexOf(value) !== at);

/** Keys that a plugin claims for itself: those of its gates too, which a row may repeat. */
const claims = bindings.flatMap(({ rows, unsupported = [], overwrites = [] }) => {
  const alone = rows.filter(({ shared }) => shared !== true);
  const gates = overwrites.map(({ gate }) => gate);
  return [...new Set([...alone, ...unsupported, ...gates].map(({ key }) => key.toLowerCase()))];
});

const shared = bindings
  .flatMap(({ rows }) => rows.filter((row) => row.shared === true))
  .map(({ key }) => key.toLowerCase());

describe("GitLab Runner's keys", () => {
  it('belong to one plugin each, unless all its users share them', () => {
    expect(repeated(claims)).toEqual([]);
    expect(shared.filter((key) => claims.includes(key))).toEqual([]);
  });

  it('are not called shared when one plugin reads them', () => {
    expect(shared.filter((key) => !repeated(shared).includes(key))).toEqual([]);
  });
});

describe.each(bindings)('$plugin', ({ rows, overwrites = [], unsupported = [] }) => {
  it('maps each key once', () => {
    expect(repeated([...rows, ...unsupported].map(({ key }) => key))).toEqual([]);
  });

  it('describes keys and job variables in sentences', () => {
    const sentence = /^[A-Z`].*\.$/;
    expect([...rows, ...overwrites].filter(({ doc }) => !sentence.test(doc))).toEqual([]);
  });

  it('says what to do instead of each key that is not supported', () => {
    expect(unsupported.filter(({ doc }) => !/\w+ \w+/.test(doc))).toEqual([]);
  });
});
