/** What a `.env` file says, or the line that says nothing and why. */
export type Dotenv =
  | { readonly values: Readonly<Record<string, string>> }
  | { readonly fault: string; readonly line: number };

const ignored = /(?:\s|#[^\n]*|---(?=\n))*/y;
const name = /(?:export[ \t]+)?([\p{L}\p{N}_.]+)[ \t]*[=:][ \t]*/uy;
const quoted = /'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"/y;
const bare = /[^\r\n]*/y;
const reference = /\\\$|\$\{([A-Z0-9_]+)\}|\$([A-Z0-9_]+)/g;

/**
 * Reads a `.env` file as the Woodpecker agent does, by the rules of godotenv, which `parseEnv` of Node does not share: a `#`
 * begins a remark only after a blank, `$NAME` stands for a variable before it or of the process, except in single quotes,
 * `NAME: value` is as good as `NAME=value`.
 * @param outer - the process's own variables
 */
export function parseDotenv(
  text: string,
  outer: Readonly<Record<string, string | undefined>>,
): Dotenv {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const values = new Map<string, string>();
  const expanded = (value: string): string =>
    value.replaceAll(reference, (whole, braced?: string, plain?: string) => {
      const key = braced ?? plain;
      if (key === undefined) return whole.slice(1);
      return values.get(key) ?? outer[key] ?? '';
    });
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(ignored);
    if (at >= source.length) return { values: Object.fromEntries(values) };
    const line = source.slice(0, at).split('\n').length;
    const key = take(name)?.[1];
    if (key === undefined) return { fault: 'it is no NAME=value', line };
    const isQuoted = source[at] === '"' || source[at] === "'";
    const found = take(isQuoted ? quoted : bare);
    if (found === undefined) return { fault: 'its quotes do not end', line };
    const [whole, single, double] = found;
    if (single !== undefined) values.set(key, single);
    else if (double !== undefined) values.set(key, expanded(unescaped(double)));
    else values.set(key, expanded(withoutRemark(whole).trim()));
  }
}

/** The reference looks for the remark from the end: the last ` #` begins it. */
function withoutRemark(line: string): string {
  const at = Math.max(line.lastIndexOf(' #'), line.lastIndexOf('\t#'));
  return at === -1 ? line : line.slice(0, at);
}

/** `\$` stays for the expansion, which knows by it what is no variable. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([^$])/g, (_whole, character: string) => {
    if (character === 'n') return '\n';
    return character === 'r' ? '\r' : character;
  });
