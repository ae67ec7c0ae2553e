const shapes: readonly (readonly [shape: RegExp, radix: string])[] = [
  [/^0[xX]((?:_?[\da-fA-F])+)$/, '0x'],
  [/^0[bB]((?:_?[01])+)$/, '0b'],
  [/^0[oO]?((?:_?[0-7])+)$/, '0o'],
  [/^((?:0|[1-9](?:_?\d)*))$/, ''],
];

const [smallest, largest] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * Reads a 64-bit integer as Go's `strconv.ParseInt` with base 0 does: `0x1f`, `0b11`, `0o17`, `017` (octal), `1_000`;
 * `undefined` for anything else (`08`, `1e3`, ` 1`) and for what has no place in 64 bits. Beyond 2^53 digits are rounded.
 */
export function parseGoInteger(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  for (const [shape, radix] of shapes) {
    const found = shape.exec(digits)?.[1];
    if (found === undefined) continue;
    const size = BigInt(`${radix}${found.replaceAll('_', '')}`);
    const value = sign === '-' ? -size : size;
    return value < smallest || value > largest ? undefined : Number(value);
  }
  return undefined;
}
