/** Levels of the agent's own log, from the least important on. The agent's number of the first is -1. */
export const logLevels = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'panic',
  'disabled',
] as const;

/** A level of the agent's own log. */
export type LogLevel = (typeof logLevels)[number];

/**
 * Reads a level as zerolog's `ParseLevel` does: a name in any case, or its number, from -1 for `trace` to 5 for `panic`; numbers
 * beyond count as the nearest. Nothing is `info`: the agent without a word would be no help.
 * @returns undefined when it is none
 */
export function parseLogLevel(text: string): LogLevel | undefined {
  if (text === '') return 'info';
  const known = logLevels.find((level) => level === text.toLowerCase());
  if (known !== undefined || !/^[-+]?\d{1,3}$/.test(text)) return known;
  const number = Number(text);
  if (number < -128 || number > 127) return undefined;
  // 6 is none of the levels: what has no level is never written.
  return logLevels[Math.min(Math.max(number + 1, 0), logLevels.length - 1)];
}
