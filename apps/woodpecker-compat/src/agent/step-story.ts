import type { Plan, Unit, UnitResult } from '@millrace/core';

/**
 * What a step's reader should know of a failure that is not the step's own, as lines for its log.
 * @param notes - what the plan has warned of; those about the step are told with it
 */
export function stepStory(
  { title }: Unit,
  { outcome }: Pick<UnitResult, 'outcome'>,
  notes: Plan['log'],
): readonly string[] {
  if (outcome.kind !== 'failure' || outcome.reason === 'script_failed') return [];
  const { message, story = [], hint } = outcome;
  const foreseen = notes.filter(
    ({ kind, text }) => kind === 'warn' && text.startsWith(`step ${title}: `),
  );
  return [
    `ERROR: ${message}`,
    ...story,
    ...foreseen.map(({ text }) => `WARNING: ${text}`),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
}
