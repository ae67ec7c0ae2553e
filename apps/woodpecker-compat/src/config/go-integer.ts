const literal =
  /^[-+]?(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?\d)*)$/;

/**
 * Reads a whole number as Go's `strconv.ParseInt` does with base 0: `0x10`, `0b11`, `0o17` and `017`, `1_000`; `undefined` for
 * anything else, and for what a number of JavaScript does not hold exactly.
 */
export function parseGoInteger(text: string): number | undefined {
  if (!literal.test(text)) return undefined;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const value = Number(digits.replace(/^0(?=\d)/, '0o'));
  if (!Number.isSafeInteger(value)) return undefined;
  return text.startsWith('-') && value !== 0 ? -value : value;
}
