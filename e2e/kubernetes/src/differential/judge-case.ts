import type { Case } from './case.ts';
import { differences, tell, type Difference } from './differences.ts';
import { knownDifferences, type KnownDifference } from './known-differences.ts';
import { normalise } from './normalise.ts';
import type { Side } from './side.ts';

/** What a case has brought to light. */
export interface Judgement {
  /** Differences that nobody knows of, for reading. */
  readonly unexpected: readonly string[];
  /** Known differences that have shown. */
  readonly seen: readonly KnownDifference[];
  /** Known differences of this case that are none any more. */
  readonly stale: readonly string[];
}

/** Runs a case on both sides at once and compares what they noted. */
export async function judgeCase(
  { says, run }: Case,
  embedded: Side,
  real: Side,
): Promise<Judgement> {
  await Promise.all([run(embedded), run(real)]);
  const found = differences(noted(embedded), noted(real));
  const known = knownDifferences.filter(({ cases }) => cases.length === 0 || cases.includes(says));
  const seen = known.filter((entry) => found.some((item) => covers(entry, item)));
  return {
    unexpected: found.filter((item) => !seen.some((entry) => covers(entry, item))).map(tell),
    seen,
    stale: known
      .filter((entry) => entry.cases.length > 0 && !seen.includes(entry))
      .map(({ path }) => path),
  };
}

const noted = (side: Side) => side.noted.map((answer) => normalise(answer, side));

function covers({ path, apart }: KnownDifference, { path: found, embedded, real }: Difference) {
  if (!matches(path.split('/'), found.split('/'))) return false;
  if (apart === undefined) return true;
  return (
    typeof embedded === 'string' &&
    typeof real === 'string' &&
    embedded.replace(apart, '') === real.replace(apart, '')
  );
}

function matches(pattern: readonly string[], steps: readonly string[]): boolean {
  const open = pattern.at(-1) === '**';
  const fixed = open ? pattern.slice(0, -1) : pattern;
  return (
    (open ? steps.length > fixed.length : steps.length === fixed.length) &&
    fixed.every((step, index) => step === '*' || step === steps[index])
  );
}
