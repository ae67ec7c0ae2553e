/** One operation inside `${NAME…}`. */
export interface SubstitutionOperation {
  /** What follows the operator. */
  readonly takes: 'nothing' | 'word' | 'default' | 'range' | 'replacement';
  readonly apply: (value: string, args: readonly string[]) => string;
}

const lower = (text: string): string => text.toLowerCase();
const upper = (text: string): string => text.toUpperCase();

const changeAll = (change: (text: string) => string): SubstitutionOperation => ({
  takes: 'nothing',
  apply: change,
});

const changeFirst = (change: (text: string) => string): SubstitutionOperation => ({
  takes: 'nothing',
  apply: (value) => {
    const [first = ''] = value;
    return change(first) + value.slice(first.length);
  },
});

const orDefault: SubstitutionOperation = {
  takes: 'default',
  apply: (value, words) => (value === '' ? words.join('') : value),
};

const trim = (end: 'prefix' | 'suffix', longest: boolean): SubstitutionOperation => ({
  takes: 'word',
  apply: (value, [pattern = '']) => {
    const flip = (text: string): string =>
      end === 'prefix' ? text : Array.from(text).toReversed().join('');
    const characters = Array.from(flip(value));
    const lengths = matchingLengths(Array.from(flip(pattern)), characters);
    const length = longest ? lengths.at(-1) : lengths[0];
    return length === undefined ? value : flip(characters.slice(length).join(''));
  },
});

/**
 * How many characters from the start, at least one, a pattern of shell wildcards can stand for. `*` and `?` also stand
 * for slashes. Takes pattern times text steps, whatever the pattern.
 */
function matchingLengths(
  pattern: readonly string[],
  characters: readonly string[],
): readonly number[] {
  const lengths: number[] = [];
  // Index n: whether the first n pieces of the pattern match what was read so far.
  let reached = [true];
  for (const piece of pattern) reached.push(piece === '*' && reached.at(-1) === true);
  characters.forEach((character, index) => {
    const next = [false];
    pattern.forEach((piece, at) => {
      const before = reached[at] === true;
      if (piece === '*') next.push(next[at] === true || before || reached[at + 1] === true);
      else next.push(before && (piece === '?' || piece === character));
    });
    reached = next;
    if (reached.at(-1) === true) lengths.push(index + 1);
  });
  return lengths;
}

/** Positions and lengths count bytes; what is no number changes nothing. */
const range: SubstitutionOperation = {
  takes: 'range',
  apply: (value, [fromText = '', lengthText]) => {
    if (!isInteger(fromText) || (lengthText !== undefined && !isInteger(lengthText))) return value;
    const bytes = Buffer.from(value);
    const wanted = Number(fromText);
    const from = wanted < 0 ? Math.max(0, bytes.length + wanted) : wanted;
    const to = lengthText === undefined ? bytes.length : from + Number(lengthText);
    return to < from ? '' : bytes.subarray(from, to).toString();
  },
};

const isInteger = (text: string): boolean => /^[-+]?\d+$/u.test(text);

const replace = (how: 'first' | 'all' | 'prefix' | 'suffix'): SubstitutionOperation => ({
  takes: 'replacement',
  apply: (value, [old = '', fresh]) => {
    switch (how) {
      case 'first':
        return value.replace(old, () => fresh ?? '');
      case 'all':
        return value.replaceAll(old, () => fresh ?? '');
      case 'prefix':
        return fresh !== undefined && value.startsWith(old)
          ? fresh + value.slice(old.length)
          : value;
      case 'suffix':
        return fresh !== undefined && value.endsWith(old)
          ? value.slice(0, value.length - old.length) + fresh
          : value;
    }
  },
});

/** By operator. That `:?` and `:+` also give a default is the server's doing. */
export const operations: Readonly<Record<string, SubstitutionOperation>> = {
  ',': changeFirst(lower),
  ',,': changeAll(lower),
  '^': changeFirst(upper),
  '^^': changeAll(upper),
  '=': orDefault,
  ':=': orDefault,
  ':-': orDefault,
  ':?': orDefault,
  ':+': orDefault,
  ':': range,
  '#': trim('prefix', false),
  '##': trim('prefix', true),
  '%': trim('suffix', false),
  '%%': trim('suffix', true),
  '/': replace('first'),
  '//': replace('all'),
  '/#': replace('prefix'),
  '/%': replace('suffix'),
};
