import type { JsonValue } from '@millrace/core';
import { expect, it } from 'vitest';
import { applyJsonPatch } from './json-patch.ts';
import { randomJson } from './random-json.test.data.ts';

it.each<[string, JsonValue, JsonValue, JsonValue]>([
  ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  [
    'replaces an existing member on add',
    { a: { x: 1 } },
    [{ op: 'add', path: '/a', value: {} }],
    { a: {} },
  ],
  ['inserts into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['appends with a dash', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
  ['appends at the length', [1], [{ op: 'add', path: '/1', value: 2 }], [1, 2]],
  ['counts negative indices from the end', [1, 2], [{ op: 'remove', path: '/-1' }], [1]],
  ['adds null', {}, [{ op: 'add', path: '/a', value: null }], { a: null }],
  ['replaces the whole document', { a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
  ['removes a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['removes an element', [1, 2, 3], [{ op: 'remove', path: '/1' }], [1, 3]],
  ['replaces an element', [1, 2], [{ op: 'replace', path: '/0', value: 9 }], [9, 2]],
  [
    'moves',
    { a: { b: 1 }, c: {} },
    [{ op: 'move', from: '/a/b', path: '/c/d' }],
    { a: {}, c: { d: 1 } },
  ],
  ['moves within a list', [1, 2, 3], [{ op: 'move', from: '/0', path: '/2' }], [2, 3, 1]],
  [
    'copies',
    { a: [1] },
    [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/-', value: 2 },
    ],
    { a: [1], b: [1, 2] },
  ],
  [
    'tests without regard to the order of members',
    { a: { x: 1, y: [2] } },
    [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
    { a: { x: 1, y: [2] } },
  ],
  ['passes a test for null where nothing is', {}, [{ op: 'test', path: '/a', value: null }], {}],
  [
    'unescapes slashes and tildes',
    { 'a/b': 1, '~1': 2 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/~01', value: 3 },
    ],
    { '~1': 3 },
  ],
  [
    'uses the empty key',
    { '': { x: 1 } },
    [{ op: 'replace', path: '//x', value: 2 }],
    { '': { x: 2 } },
  ],
])('%s', (_behaviour, document, patch, expected) => {
  expect(applyJsonPatch(document, patch)).toEqual(expected);
});

it.each<[JsonValue, JsonValue, string]>([
  // The first two as GitLab Runner reports them.
  [
    {},
    { op: 'remove', path: '/tolerations' },
    "error in remove for path: '/tolerations': Unable to remove nonexistent key: tolerations: missing value",
  ],
  [
    { restartPolicy: 'Never' },
    { op: 'test', path: '/restartPolicy', value: 'Always' },
    'testing value /restartPolicy failed: test failed',
  ],
  [
    {},
    { op: 'replace', path: '/a', value: 1 },
    'replace operation does not apply: doc is missing key: /a: missing value',
  ],
  [
    {},
    { op: 'replace', path: '/a/b', value: 1 },
    'replace operation does not apply: doc is missing path: /a/b: missing value',
  ],
  [
    {},
    { op: 'add', path: '/a/b', value: 1 },
    'add operation does not apply: doc is missing path: "/a/b": missing value',
  ],
  [
    {},
    { op: 'remove', path: '/a/b' },
    'remove operation does not apply: doc is missing path: "/a/b": missing value',
  ],
  [
    { a: [] },
    { op: 'add', path: '/a/1', value: 1 },
    "error in add for path: '/a/1': Unable to access invalid index: 1: invalid index referenced",
  ],
  [
    { a: [] },
    { op: 'remove', path: '/a/0' },
    "error in remove for path: '/a/0': Unable to access invalid index: 0: invalid index referenced",
  ],
  [
    { a: [] },
    { op: 'add', path: '/a/x', value: 1 },
    "error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
  ],
  [
    {},
    { op: 'move', from: '/a', path: '/b' },
    'move operation does not apply: doc is missing from path: /a: missing value',
  ],
  [
    {},
    { op: 'copy', from: '/a', path: '/b' },
    'copy operation does not apply: doc is missing from path: /a: missing value',
  ],
  [{}, { op: 'add', path: '/a' }, 'add operation failed to decode value: missing value'],
  [{}, { op: 'add', value: 1 }, 'add operation failed to decode path: missing value'],
  [
    {},
    { op: 'add', path: 'a', value: 1 },
    'add operation does not apply: doc is missing path: "a": missing value',
  ],
  [{}, { op: 'merge', path: '/a' }, 'Unexpected kind: merge'],
  [{}, 'add', 'operation 0 of the JSON patch is no object'],
])('applied to %j, %j fails with: %s', (document, operation, message) => {
  expect(() => applyJsonPatch(document, [operation])).toThrow(
    expect.objectContaining({ code: 'MILLRACE_E_PATCH', message }),
  );
});

it('refuses a patch that is no list', () => {
  expect(() => applyJsonPatch({}, {})).toThrow('a JSON patch is a list of operations');
});

it('reaches nothing through a prototype, and keeps __proto__ an ordinary member', () => {
  for (const path of [
    '/__proto__/polluted',
    '/constructor/prototype/polluted',
    '/toString/polluted',
  ]) {
    expect(() => applyJsonPatch({}, [{ op: 'add', path, value: true }])).toThrow('missing path');
  }
  const result = applyJsonPatch({ a: 1 }, [
    { op: 'add', path: '/__proto__', value: { polluted: true } },
  ]);
  expect(JSON.stringify(result)).toBe('{"a":1,"__proto__":{"polluted":true}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

it('applies all operations or none, and never changes its arguments', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const document = { root: randomJson(seed), list: [randomJson(seed + 1)] };
    const value = randomJson(seed + 2);
    const good: JsonValue = [
      { op: 'add', path: '/added', value },
      { op: 'copy', from: '/root', path: '/list/0' },
      { op: 'move', from: '/added', path: '/list/-' },
      { op: 'test', path: '/list/2', value },
    ];
    const before = JSON.stringify(document);
    expect(applyJsonPatch(document, good)).toEqual({
      root: document.root,
      list: [document.root, document.list[0], value],
    });
    expect(() => applyJsonPatch(document, [...good, { op: 'remove', path: '/nowhere' }])).toThrow(
      'nowhere',
    );
    expect(JSON.stringify(document)).toBe(before);
  }
});
