import { describe, expect, it } from 'vitest';
import { hookTable } from '@millrace/core';
import { reasonMembers } from './failure-reasons-page.ts';
import { hookMembers } from './hooks-page.ts';
import { hookSentences, reasonSentences } from './missing-sentences.ts';

describe.each([
  ['hooks', hookMembers(), hookSentences],
  ['failure reasons', reasonMembers(), reasonSentences],
])('%s', (_what, found, sentences) => {
  it('have a sentence in core, or else in missing-sentences.ts', () => {
    const bare = found.filter(({ doc }) => doc === undefined).map(({ name }) => name);
    expect(Object.keys(sentences).toSorted()).toEqual(bare.toSorted());
  });
});

it('finds every hook of the table in the source', () => {
  expect(
    hookMembers()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(Object.keys(hookTable).toSorted());
});
