/** An expression that cannot be read. */
export class SyntaxFault extends Error {}

/** A word or sign of an expression. */
export interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'sign' | 'end';
  /** As written, texts with their quotes. */
  readonly text: string;
}

/** In the order in which they are tried. */
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /\d+(?:\.\d+)?/uy],
  ['word', /[A-Za-z_]\w*/uy],
  ['text', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/suy],
  ['sign', /&&|\|\||[=!<>]=|[-<>!()[\],+?:.*/%|^#{}]/uy],
];

/** Splits an expression. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    position += text.slice(position).search(/\S|$/u);
    if (position === text.length) return tokens;
    const token = tokenAt(text, position);
    if (token === undefined)
      throw new SyntaxFault(`cannot read ${text.slice(position, position + 20)}`);
    tokens.push(token);
    position += token.text.length;
  }
}

function tokenAt(text: string, position: number): Token | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found };
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The content of a text in quotes. */
export const unquote = (quoted: string): string =>
  quoted
    .slice(1, -1)
    .replaceAll(/\\(.)/gsu, (_, character: string) => escapes[character] ?? character);
