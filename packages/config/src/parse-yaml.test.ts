import { describe, expect, it } from 'vitest';
import type { ConfigPath } from './config-path.ts';
import { parseYaml } from './parse-yaml.ts';

describe('values', () => {
  it.each([
    ['an empty file', '', null],
    ['aliases', 'a: &x [1, 2]\nb: *x', { a: [1, 2], b: [1, 2] }],
    [
      'a merge key',
      'a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3',
      { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } },
    ],
    [
      'merge keys of which the first wins',
      'x: &x {p: 1}\ny: &y {p: 2, q: 2}\nz:\n  <<: [*x, *y]',
      { x: { p: 1 }, y: { p: 2, q: 2 }, z: { p: 1, q: 2 } },
    ],
    [
      'a merge key inside a merged mapping',
      'x: &x {p: 1}\ny: &y {<<: *x, q: 2}\nz: {<<: *y}',
      { x: { p: 1 }, y: { p: 1, q: 2 }, z: { p: 1, q: 2 } },
    ],
    [
      '<< written twice',
      'x: &x {p: 1}\ny: &y {q: 2}\nz:\n  <<: *x\n  <<: *y',
      { x: { p: 1 }, y: { q: 2 }, z: { p: 1, q: 2 } },
    ],
    ['<< as a quoted name', '"<<": 1', { '<<': 1 }],
    ['keys that are not strings, as written', '1.10: a\ntrue: b', { '1.10': 'a', true: 'b' }],
    ['block scalars', 'a: |\n  x\n  y\nb: >-\n  x\n  y', { a: 'x\ny\n', b: 'x y' }],
    [
      'YAML 1.2 words',
      'a: yes\nb: 010\nc: 0o10\nd: 2024-01-01',
      { a: 'yes', b: 10, c: 8, d: '2024-01-01' },
    ],
  ])('are right for %s', (_case, text, expected) => {
    expect(parseYaml(text, 'f.yml').value).toStrictEqual(expected);
  });

  it('follow Ruby where asked', () => {
    const text =
      'a: yes\nb: 010\nc: 1_000\nd: Off\ne: y\nf: 2024-01-01\ng: ~\nh: "yes"\n<<: {i: 1}\nj: .\nk: 08\nl: 12e5\nm: 1.5\nn: -.5\no: 1:30';
    expect(parseYaml(text, 'f.yml', { flavor: 'ruby' }).value).toStrictEqual({
      i: 1,
      a: true,
      b: 8,
      c: 1000,
      d: false,
      e: 'y',
      f: '2024-01-01',
      g: null,
      h: 'yes',
      j: '.',
      k: '08',
      l: '12e5',
      m: 1.5,
      n: -0.5,
      o: 90,
    });
  });

  it('keep what the value lost: the text of a scalar and the tag of a list', () => {
    const { value, textOf, tagOf } = parseYaml('v: 1.10\nr: !reference [a, b]', 'f.yml', {
      listTags: ['!reference'],
    });
    expect(value).toStrictEqual({ v: 1.1, r: ['a', 'b'] });
    expect(textOf(['v'])).toBe('1.10');
    expect(tagOf(['r'])).toBe('!reference');
    expect(tagOf(['v'])).toBeUndefined();
  });
});

describe('positions', () => {
  it.each<[string, string, ConfigPath, string | undefined]>([
    ['a key', 'a:\n  b: 1', ['a', 'b'], '2:3'],
    ['a list element', 'a:\n  - x\n  - y', ['a', 1], '3:5'],
    ['flow style', 'a: {b: [1, 2]}', ['a', 'b', 1], '1:12'],
    ['a merged key, where the anchor has it', 'x: &x\n  p: 1\ny:\n  <<: *x', ['y', 'p'], '2:3'],
    ['the content of an alias', 'x: &x [a, b]\ny: *x', ['y', 1], '1:11'],
    ['the key before an alias', 'x: &x [a, b]\ny: *x', ['y'], '2:1'],
    ['what is not there', 'a: 1', ['b'], undefined],
  ])('are known for %s', (_case, text, path, expected) => {
    const position = parseYaml(text, 'f.yml').positionOf(path);
    expect(position && `${position.line}:${position.column}`).toBe(expected);
  });
});

describe('refuses', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => {
      const last = 'abcdefg'[index];
      return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${last}`).join(',')}]`;
    }),
  ].join('\n');

  it.each([
    ['a key written twice', 'a: 1\nb: 2\na: 3', /^f\.yml:3:1: a: this key is written twice$/],
    ['a tab as indentation', 'a:\n\tb: 1', /^f\.yml:2:1: not valid YAML: Tabs/],
    ['an unknown alias', 'a: *nope', /^f\.yml:1:4: a: there is no anchor &nope before this alias$/],
    ['an unknown tag', 'a: !vault x', /^f\.yml:1:4: not valid here: unknown tag: !vault$/],
    [
      'a second document',
      'a: 1\n---\nb: 1',
      /^f\.yml:2:1: not valid here: more than one YAML document/,
    ],
    ['a merge of something else', 'a: {<<: 1}', /^f\.yml:1:5: a: << needs a mapping/],
    ['an anchor in itself', 'a: &a [*a]', /a\[0\]: this anchor contains itself/],
    ['a merge into itself', 'a: &a\n  <<: *a', /this anchor contains itself/],
    ['a bomb of aliases', bomb, /expands to more than 100000 values/],
    ['a hostile depth', `${'['.repeat(200)}${']'.repeat(200)}`, /nested deeper than 100 levels/],
    [
      'a number that JSON cannot hold',
      'a: .inf',
      /^f\.yml:1:1: a: not a string, finite number, boolean or null$/,
    ],
    ['a list as a key', '? [a]\n: 1', /a key must be a word/],
    ['a name that would change every object', '__proto__: 1', /the name __proto__ is not allowed/],
  ])('%s', (_case, text, message) => {
    expect(() => parseYaml(text, 'f.yml')).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_E_CONFIG_SYNTAX',
        kind: 'config',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('several errors at once', () => {
    expect(() => parseYaml('a: 1\na: 2\nb: {c: 1, c: 2}', 'f.yml')).toThrow(
      [
        'f.yml has 2 problems:',
        '  f.yml:2:1: a: this key is written twice (keep one of them)',
        '  f.yml:3:11: b.c: this key is written twice (keep one of them)',
      ].join('\n'),
    );
  });
});

it('warns when a key stands before a merge that also has it', () => {
  const { value, warnings } = parseYaml('x: &x {p: 1}\ny:\n  p: 2\n  <<: *x', 'f.yml');
  expect(value).toMatchObject({ y: { p: 2 } });
  expect(warnings).toEqual([
    expect.objectContaining({
      severity: 'warning',
      path: ['y'],
      position: { file: 'f.yml', line: 4, column: 3 },
    }),
  ]);
});

describe('with lists merged into lists', () => {
  it.each<[string, string, unknown]>([
    ['one', 'a: &a [1, 2]\nb:\n  - <<: *a\n  - 3', [1, 2, 3]],
    ['several', 'a: &a [1]\nc: &c [2]\nb: [0, <<: [*a, *c], 3]', [0, 1, 2, 3]],
    ['one that has one', 'a: &a [1]\nc: &c [<<: *a, 2]\nb: [<<: *c]', [1, 2]],
    ['lists as elements stay', 'a: &a [1]\nb: [*a]', [[1]]],
    ['a mapping in a list is merged as ever', 'a: &a {x: 1}\nb: [<<: *a]', [{ x: 1 }]],
  ])('%s', (_, text, expected) => {
    const { value } = parseYaml(text, 'f.yml', { listMerges: true });
    expect((value as { readonly b: unknown }).b).toEqual(expected);
  });

  it('an element knows where its anchor has it', () => {
    const { positionOf } = parseYaml('a: &a\n  - x\nb:\n  - <<: *a', 'f.yml', {
      listMerges: true,
    });
    expect(positionOf(['b', 0])).toMatchObject({ line: 2, column: 5 });
  });

  it.each([
    ['a list in itself', 'a: &a\n  - <<: *a', /contains itself/],
    ['a bomb', bomb, /expands to more than/],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseYaml(text, 'f.yml', { listMerges: true })).toThrow(message);
  });
});

/** Each list has ten times the one before it. */
const bomb = [
  'l0: &l0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
  ...Array.from(
    { length: 9 },
    (_, index) =>
      `l${index + 1}: &l${index + 1} [${Array.from({ length: 10 }, () => `<<: *l${index}`).join(', ')}]`,
  ),
].join('\n');
