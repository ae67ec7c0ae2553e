/** Spread of measured values. */
export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Median, least and greatest of some values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, minimum: at(0), maximum: at(sorted.length - 1) };
}

/** Runs an action so many times, so many at once; gives the duration of each and of all, in milliseconds. */
export async function timed(
  action: () => Promise<unknown>,
  { times, atOnce }: { readonly times: number; readonly atOnce: number },
): Promise<{ readonly each: readonly number[]; readonly all: number }> {
  const each: number[] = [];
  let left = times;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      await action();
      each.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { each, all: performance.now() - start };
}

/** `812 ms (790–1011)` */
export const showSpread = ({ median, minimum, maximum }: Spread): string =>
  `${median.toFixed(0)} ms (${minimum.toFixed(0)}–${maximum.toFixed(0)})`;
