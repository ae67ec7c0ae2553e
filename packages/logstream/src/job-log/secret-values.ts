/** White space as Go's `strings.TrimSpace` knows it; JavaScript's `trim` takes the byte order mark and leaves U+0085. */
const around =
  /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+|[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+$/g;

/**
 * The values to look for: without white space around them, each once, none empty. There is no least length: GitLab's
 * server decides which variables may be masked. A value of several lines is one value.
 */
export function secretValues(values: readonly string[]): readonly string[] {
  const trimmed = values.map((value) => value.replaceAll(around, ''));
  return [...new Set(trimmed)].filter((value) => value !== '');
}
