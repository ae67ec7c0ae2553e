import type { UnitResult } from '@millrace/core';

/** What a step's reader should know of a failure that is not the step's own, as lines for its log. */
export function stepStory({ outcome }: Pick<UnitResult, 'outcome'>): readonly string[] {
  if (outcome.kind !== 'failure' || outcome.reason === 'script_failed') return [];
  const { message, story = [], hint } = outcome;
  return [`ERROR: ${message}`, ...story, ...(hint === undefined ? [] : [`hint: ${hint}`])];
}
