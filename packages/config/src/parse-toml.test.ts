import { describe, expect, it } from 'vitest';
import type { ConfigPath } from './config-path.ts';
import { parseToml } from './parse-toml.ts';

const place = (text: string, path: ConfigPath): string | undefined => {
  const position = parseToml(text, 'c.toml').positionOf(path);
  return position === undefined ? undefined : `${position.line}:${position.column}`;
};

describe('positions', () => {
  it.each<[string, string, ConfigPath, string | undefined]>([
    ['a top-level key', 'a = 1\nb = 2', ['b'], '2:1'],
    ['a key of a table', '[x]\n  y = 1', ['x', 'y'], '2:3'],
    ['a table by its last name', '[x.y]\nz=1', ['x', 'y'], '1:4'],
    ['a table named first by its child', '[x.y]\n[x]\nz=1', ['x'], '2:2'],
    ['a dotted key', 'a.b.c = 1', ['a', 'b', 'c'], '1:5'],
    ['a quoted key', '"a.b" = 1', ['a.b'], '1:1'],
    ['an escaped key', String.raw`"a\"\u0062" = 1`, ['a"b'], '1:1'],
    ['a literal key', String.raw`'a\b' = 1`, [String.raw`a\b`], '1:1'],
    ['the second of an array of tables', '[[r]]\nn=1\n[[r]]\nn=2', ['r', 1, 'n'], '4:1'],
    ['an array of tables as a whole', '[[r]]\n[[r]]', ['r'], '1:3'],
    [
      'a table inside the latest of an array of tables',
      '[[r]]\n[r.k]\n[[r]]\n[r.k]\np=1',
      ['r', 1, 'k', 'p'],
      '5:1',
    ],
    [
      'arrays of tables inside each other',
      '[[r]]\n[[r.s]]\n[[r]]\n[[r.s]]\n[[r.s]]\nx=1',
      ['r', 1, 's', 1, 'x'],
      '6:1',
    ],
    ['a key of an inline table', 'a = { b = 1, c = { d = 2 } }', ['a', 'c', 'd'], '1:20'],
    [
      'an element of an array over several lines',
      'a = [ # no ]\n "x", # , "y"\n "y" ]',
      ['a', 1],
      '3:2',
    ],
    ['a table in an array', 'a = [ {b=1}, {b=2} ]', ['a', 1, 'b'], '1:15'],
    ['a key after a string with quotes and brackets', 'a = "[\\"]"\nb = 1', ['b'], '2:1'],
    ['a key after a multi-line string', 'a = """\nb = 1\n\\""" ""\n"""\nc = 1', ['c'], '5:1'],
    ['a key after a multi-line string that ends in quotes', "a = '''x'''''\nb = 1", ['b'], '2:1'],
    ['a key after a literal with a backslash', "a = 'x\\'\nb = 1", ['b'], '2:1'],
    ['a key after a date', 'a = 2024-01-01 10:00:00Z # x\nb = 1', ['b'], '2:1'],
    ['lines with carriage returns', 'a = 1\r\n[t]\r\nb = 2\r\n', ['t', 'b'], '3:1'],
    ['a file with a byte order mark', '\uFEFFa = 1\nb = 2', ['b'], '2:1'],
    ['what is not there', 'a = 1', ['b'], undefined],
  ])('are known for %s', (_case, text, path, expected) => {
    expect(place(text, path)).toBe(expected);
  });

  it('are known for every value of a document, and point at its key', () => {
    const text = [
      'concurrent = 4',
      'check_interval=0 # seconds',
      'list = [[1, [2]], [], ["a]", \'b"\']]',
      '[session_server]',
      'a."b c".d = { e = [1, { f = """x}""" }], g.h = true }',
      '[[runners]]',
      'name = "one"',
      '[runners.kubernetes.node_selector]',
      '"k.io/x" = "y"',
      '[[runners.kubernetes.services]]',
      "name = 'a'",
      '[[runners.kubernetes.services]]',
      'name = "b"',
      '[[runners]]',
      '[runners.kubernetes]',
      '[[runners.kubernetes.services]]',
      "name = '''\n[x]\ny=1'''",
      'alias = "z"',
    ].join('\n');
    const { value, positionOf } = parseToml(text, 'c.toml');
    const lines = text.split('\n');
    let seen = 0;
    const visit = (node: unknown, path: ConfigPath): void => {
      const key = path.at(-1);
      if (key !== undefined) {
        const position = positionOf(path);
        expect([path, position]).toEqual([path, expect.anything()]);
        const rest = lines[(position?.line ?? 0) - 1]?.slice((position?.column ?? 0) - 1) ?? '';
        if (typeof key === 'string')
          expect(rest.replace(/^["']/, '').slice(0, key.length)).toBe(key);
        seen += 1;
      }
      if (typeof node === 'object' && node !== null) {
        for (const [name, item] of Object.entries(node))
          visit(item, [...path, Array.isArray(node) ? Number(name) : name]);
      }
    };
    visit(value, []);
    expect(seen).toBeGreaterThan(30);
  });
});

describe('values', () => {
  it('are plain JSON; dates are strings', () => {
    const { value } = parseToml(
      'd = 2024-05-01\nt = { n = 1.5, s = "x" }\nconstructor = true',
      'c.toml',
    );
    expect(value).toStrictEqual({ d: '2024-05-01', t: { n: 1.5, s: 'x' }, constructor: true });
  });

  it.each([
    [
      'a hostile depth',
      `${'a.'.repeat(5000)}b = 1`,
      'c.toml:1:1: a: nested deeper than 100 levels',
    ],
    ['an infinite number', 'a = 1\nb = inf', 'c.toml:2:1: b: inf and nan are not supported'],
    [
      'a name that would change every object',
      '["__proto__"]\nx = 1',
      'c.toml:1:2: __proto__: this name is not allowed',
    ],
  ])('refuse %s', (_case, text, message) => {
    expect(() => parseToml(text, 'c.toml')).toThrow(
      expect.objectContaining({ code: 'MILLRACE_E_CONFIG_SYNTAX', message }),
    );
  });
});

it.each([
  ['a missing value', 'a = 1\nb =\n', 2],
  ['an open string', 'a = "x\n', 1],
  ['a key written twice', 'a = 1\na = 2', 2],
  ['an integer that JavaScript cannot hold', 'a = 1\nb = 9223372036854775807', 2],
  ['a word without quotes', 'a = hello', 1],
])('names file and line of %s', (_case, text, line) => {
  expect(() => parseToml(text, 'c.toml')).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_CONFIG_SYNTAX',
      kind: 'config',
      message: expect.stringMatching(
        new RegExp(`^c\\.toml:${line}:\\d+: not valid TOML: [^\\n]+$`),
      ),
      position: expect.objectContaining({ file: 'c.toml', line }),
      hint: expect.any(String),
    }),
  );
});
