import type { YAMLError } from 'yaml';

/** Where something is wrong in a text; lines count from 0. */
interface Place {
  readonly text: string;
  readonly line: number;
}

/**
 * What is wrong with a YAML text, in the words and with the line numbers of the library of the Kubernetes tools
 * (gitlab/183); in those of ours where we cannot tell.
 * @param errors - at least one
 */
export function yamlFault(text: string, errors: readonly YAMLError[]): string {
  const [error] = errors;
  if (error === undefined) return 'yaml: invalid';
  const place = { text, line: lineAt(text, error.pos[0]) };
  return `yaml: ${known(error, errors, place) ?? located(place.line + 1, error.message)}`;
}

/** What is wrong with the aliases of a text. */
export function aliasFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = /^Unresolved alias .*: (\S+)$/.exec(message)?.[1];
  return `yaml: ${name === undefined ? message : `unknown anchor '${name}' referenced`}`;
}

function known(error: YAMLError, errors: readonly YAMLError[], place: Place): string | undefined {
  const { message, code } = error;
  if (/^Flow .* end with a/.test(message)) return flowFault(error, place);
  if (message.startsWith('Missing closing')) return quoteFault(message.at(-6) ?? '"', place);
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      if (errors.some((other) => other.message.includes('block-seq-ind')))
        return located(place.line, 'did not find expected key');
      return scanned(
        code === 'MULTILINE_IMPLICIT_KEY' ? lineAt(place.text, error.pos[1]) : place.line,
        'mapping values are not allowed in this context',
      );
    case 'BAD_INDENT':
      return located(place.line, 'did not find expected key');
    case 'TAB_AS_INDENT':
    case 'BAD_SCALAR_START':
      return scanned(place.line, 'found character that cannot start any token');
    default:
      return undefined;
  }
}

/** A `[` or `{` that is not closed: nothing follows at all, or something that does not belong there. */
function flowFault({ message, pos }: YAMLError, { text, line }: Place): string {
  const isAtEnd = text.slice(pos[0]).trim() === '';
  if (isAtEnd && /[[{,:]$/.test(text.trimEnd()))
    return located(endLine(text), 'did not find expected node content');
  const closing = /end with a (.)/.exec(message)?.[1] ?? ']';
  const opening = lineAt(text, text.lastIndexOf(closing === ']' ? '[' : '{', pos[0]));
  const problem = isAtEnd ? endLine(text) : line;
  return located(opening === 0 ? problem : opening, `did not find expected ',' or '${closing}'`);
}

function quoteFault(quote: string, { text }: Place): string {
  const opening = lineAt(text, text.lastIndexOf(quote));
  const last = lineAt(text, text.length);
  return scanned(opening === 0 ? last : opening, 'found unexpected end of stream');
}

/** The scanner's lines count from 1, the parser's from 0, and neither names its first. */
const scanned = (line: number, what: string): string => located(line === 0 ? 0 : line + 1, what);
const located = (line: number, what: string): string =>
  line === 0 ? what : `line ${line}: ${what}`;

const lineAt = (text: string, offset: number): number =>
  text.slice(0, Math.max(0, offset)).split('\n').length - 1;

/** The end stands at the start of a line of its own. */
const endLine = (text: string): number => lineAt(text, text.length) + (text.endsWith('\n') ? 0 : 1);
