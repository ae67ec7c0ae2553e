import { InvalidArgumentError } from 'commander';

/** Reads a whole number of 0 or more. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('must be a whole number');
  return number;
}

/** Reads a number that is a port; 0 stands for a free one. */
export function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new InvalidArgumentError('must be at most 65535');
  return number;
}

/** Adds `KEY=VALUE` to those that were given before. */
export function collectPair(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('write it as KEY=VALUE');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
