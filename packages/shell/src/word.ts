import type { Quoting } from './quote.ts';
import { quoteWord } from './quote.ts';

/** A word of a command: a text as it is, or one whose `$NAME` the shell replaces, see {@link expandable}. */
export type Word = string | Expandable;

/** A text in which the shell replaces `$NAME` and `${NAME}`, and nothing else. */
export interface Expandable {
  readonly expand: string;
}

/** A word with variables that the shell replaces: `expandable('$CI_SERVER_TLS_CA_FILE')`. */
export function expandable(text: string): Expandable {
  return { expand: text };
}

/** The word as it stands in a script. */
export function wordText(word: Word, quoting: Quoting): string {
  if (typeof word === 'string') return quoteWord(word, quoting);
  // Inside double quotes these would begin a command substitution or end the quotes.
  return `"${word.expand.replaceAll(/[\\"`]|\$\(/g, (found) => `\\${found}`)}"`;
}

/** A word for a path: one that starts with `-` is no option. */
export function pathText(path: Word, quoting: Quoting): string {
  if (typeof path === 'string') return wordText(path.startsWith('-') ? `./${path}` : path, quoting);
  return wordText(path, quoting);
}
