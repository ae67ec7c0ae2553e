const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const term = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a duration as Go's `time.ParseDuration` does (`1h30m`, `-1.5s`, `0`); a number counts nanoseconds, as in
 * GitLab Runner's `config.toml`.
 * @returns milliseconds, possibly fractional; `undefined` when it is not a duration
 */
export function parseGoDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value / 1e6 : undefined;
  const sign = value.startsWith('-') ? -1 : 1;
  const text = value.replace(/^[+-]/, '');
  if (text === '0') return 0;
  let total = 0;
  term.lastIndex = 0;
  for (let end = 0; end < text.length || end === 0; end = term.lastIndex) {
    const match = term.exec(text);
    if (match === null) return undefined;
    total += Number(match[1]) * (nanoseconds[match[2] ?? ''] ?? Number.NaN);
  }
  return total === 0 ? 0 : (sign * total) / 1e6;
}

/** Prints milliseconds as Go prints a duration: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(milliseconds: number): string {
  const total = Math.round(Math.abs(milliseconds) * 1e6);
  if (total === 0) return '0s';
  const sign = milliseconds < 0 ? '-' : '';
  if (total < 1e3) return `${sign}${total}ns`;
  if (total < 1e6) return `${sign}${total / 1e3}µs`;
  if (total < 1e9) return `${sign}${total / 1e6}ms`;
  const hours = Math.floor(total / 3600e9);
  const minutes = Math.floor((total % 3600e9) / 60e9);
  const seconds = (total % 60e9) / 1e9;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
