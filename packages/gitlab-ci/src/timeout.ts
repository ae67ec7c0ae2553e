import { describeNode, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Units as GitLab's duration parser knows them, in seconds. */
const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:s|secs?|seconds?)$/, 1],
  [/^(?:m|mins?|minutes?)$/, minute],
  [/^(?:h|hrs?|hours?)$/, hour],
  [/^(?:d|dys?|days?)$/, day],
  [/^(?:w|wks?|weeks?)$/, 7 * day],
  [/^(?:mos?|months?)$/, 30 * day],
];

/** GitLab: a job's `timeout` is at most one month. */
const limit = 30 * day;

/** Reads a duration as in `timeout: 1h 30m`, `10 minutes`, `2 hours and 5 min`, `90`; seconds, or `undefined`. */
export function parseCiDuration(text: string): number | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replaceAll(/,|\band\b/g, ' ');
  if (/^\d+$/.test(words)) return Number(words);
  const rest = words.replaceAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g, '');
  if (words === '' || rest.trim() !== '') return undefined;
  let seconds = 0;
  for (const [, amount, name] of words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const factor = units.find(([pattern]) => pattern.test(name ?? ''))?.[1];
    if (factor === undefined) return undefined;
    seconds += Number(amount) * factor;
  }
  return Math.floor(seconds);
}

/** Seconds of a job's `timeout:`. */
export function readTimeout(node: CiNode, findings: Findings): number | undefined {
  const seconds =
    node.kind === 'scalar' && typeof node.value === 'string'
      ? parseCiDuration(node.value)
      : undefined;
  if (seconds === undefined || seconds <= 0) {
    findings.error(
      node,
      `expected a duration, found ${describeNode(node)}`,
      'write it with units, such as 1h 30m or 10 minutes',
    );
    return undefined;
  }
  if (seconds > limit)
    findings.error(node, 'the timeout is longer than a month', 'choose a shorter one');
  return seconds;
}
