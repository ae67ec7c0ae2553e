const reference =
  /\$(?:\{(?<special>[*#$@!?\-0-9])\}|\{(?<braced>[^}]*)\}|(?<open>\{)|(?<short>[*#$@!?\-0-9])|(?<name>[A-Za-z_]\w*))/g;

/**
 * Replaces `$NAME` and `${NAME}` as Go's `os.Expand` does; not recursive. `$$` gives `$`; the shell's other special
 * names give nothing, as does an unknown name; what stands in braces is looked up as it is, `${A:-b}` under `A:-b`;
 * `${` without an end and `${}` vanish; a `$` before anything else stays.
 * @param lookUp - the value of a name; undefined counts as empty
 */
export function expandReferences(
  text: string,
  lookUp: (name: string) => string | undefined,
): string {
  if (!text.includes('$')) return text;
  return text.replaceAll(reference, (...found) => {
    const { special, braced, short, name } = found.at(-1) as Readonly<
      Record<string, string | undefined>
    >;
    const sign = special ?? short;
    if (sign !== undefined) return sign === '$' ? '$' : '';
    const wanted = braced ?? name;
    return wanted === undefined || wanted === '' ? '' : (lookUp(wanted) ?? '');
  });
}
