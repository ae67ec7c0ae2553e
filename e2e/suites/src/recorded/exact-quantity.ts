/** Decimal and binary suffixes of Kubernetes quantities: [base, power]. */
const suffixes: Readonly<Record<string, readonly [bigint, number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
};
const fraction = 10n ** 30n;

/**
 * A quantity in units of 10⁻³⁰, exactly. Written for tests on its own, so that a mistake in the product's arithmetic does
 * not hide itself.
 * @throws Error for what is not a quantity
 */
export function exactQuantity(text: string): bigint {
  const [, sign, whole = '', decimals = '', suffix = '', exponent] =
    /^([+-]?)(\d*)\.?(\d*)(?:([numkMGT]|[KMGT]i)|[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole + decimals === '') throw new Error(`${text} is not a quantity`);
  const [base, power] =
    exponent === undefined ? (suffixes[suffix] ?? [10n, 0]) : [10n, Number(exponent)];
  const digits = BigInt(whole + decimals) * fraction;
  const scaled = power < 0 ? digits / base ** BigInt(-power) : digits * base ** BigInt(power);
  const value = scaled / 10n ** BigInt(decimals.length);
  return sign === '-' ? -value : value;
}
