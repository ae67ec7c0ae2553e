import { describe, expect, it } from 'vitest';
import { substitute } from './substitute.ts';

const values: Readonly<Record<string, string>> = {
  WORD: 'hEllo',
  PATH_LIKE: 'a/b/c.tar.gz',
  EMPTY: '',
  OTHER: 'other',
  WIDE: 'äöü',
};

const substituted = (text: string): string => {
  const result = substitute(text, (name) => values[name] ?? '');
  return result.ok ? result.text : `fault at ${result.fault.offset}: ${result.fault.message}`;
};

describe('a variable in a workflow file', () => {
  it.each<[string, string, string]>([
    ['is replaced in braces', 'a ${WORD} b', 'a hEllo b'],
    ['stays without braces', '$WORD $(WORD)', '$WORD $(WORD)'],
    ['stays when its dollar is doubled', '$${WORD} $$i', '${WORD} $i'],
    ['is empty when nobody knows it', '[${NOBODY}]', '[]'],
    ['may have a dash in its name', '[${WORD-x}]', '[]'],
    [
      'loses the backslash before a backslash or slash only',
      String.raw`\\ \/ \n`,
      String.raw`\ / \n`,
    ],
    ['starts in lower case', '${WORD,}', 'hEllo'],
    ['is all lower case', '${WORD,,}', 'hello'],
    ['starts with a capital', '${WORD^}', 'HEllo'],
    ['is all capitals', '${WORD^^}', 'HELLO'],
    ['has a length in bytes', '${#WIDE}', '6'],
    ['begins at a position', '${WORD:3}', 'lo'],
    ['begins at a position from the end', '${WORD:-}', 'hEllo'],
    ['ends after a length', '${WORD:1:2}', 'El'],
    ['is empty behind its end', '[${WORD:9}]', '[]'],
    ['stays when the position is no number', '${WORD:x}', 'hEllo'],
    ['has a default when empty', '${EMPTY:-none} ${NOBODY=no one} ${EMPTY:=x}', 'none no one x'],
    ['needs no default when it has a value', '${WORD:-none}', 'hEllo'],
    ['has defaults made of others', '${EMPTY:-<${OTHER}>}', '<other>'],
    ['loses its shortest prefix', '${PATH_LIKE#*/}', 'b/c.tar.gz'],
    ['loses its longest prefix', '${PATH_LIKE##*/}', 'c.tar.gz'],
    ['loses its shortest suffix', '${PATH_LIKE%.*}', 'a/b/c.tar'],
    ['loses its longest suffix', '${PATH_LIKE%%.*}', 'a/b/c'],
    ['keeps what a pattern does not match', '${PATH_LIKE#x?}', 'a/b/c.tar.gz'],
    ['has its first match replaced', '${WORD/l/L}', 'hELlo'],
    ['has every match replaced', '${WORD//l/L}', 'hELLo'],
    ['has a prefix replaced', '${WORD/#hE/J}', 'Jllo'],
    ['has a suffix replaced', '${WORD/%lo/p}', 'hElp'],
    ['has a match removed', '${WORD/l/}', 'hElo'],
    [
      'is replaced at slashes that are written with a backslash',
      String.raw`${'${PATH_LIKE//\\//-}'}`,
      'a-b-c.tar.gz',
    ],
  ])('%s', (_, text, expected) => {
    expect(substituted(text)).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['without a name', 'x ${}', 'fault at 2: bad substitution ${}'],
    ['that does not end', '${WORD', 'fault at 0: bad substitution ${WORD'],
    ['with an unknown operator', 'a\n${WORD!}', 'fault at 2: bad substitution ${WORD!}'],
    ['without a pattern', '${WORD#}', 'fault at 0: bad substitution ${WORD#}'],
  ])('%s is a fault with its place', (_, text, expected) => {
    expect(substituted(text)).toBe(expected);
  });
});
