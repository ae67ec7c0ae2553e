/** Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date. Undefined when it says nothing useful. */
export function retryAfter(
  header: string | readonly string[] | undefined,
  now: number,
): number | undefined {
  const value = typeof header === 'string' ? header : header?.[0];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
