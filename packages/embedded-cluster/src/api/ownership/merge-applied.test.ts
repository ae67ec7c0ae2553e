import type { JsonObject, JsonValue } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { decodeFields, encodeFields } from './field-set.ts';
import { compareFields } from './compare-fields.ts';
import { mergeApplied, removeFields } from './merge-applied.ts';
import { ownedFields, withStructs } from './owned-fields.ts';
import { structOf } from './shape.ts';

const pod = structOf('Pod');
const account = structOf('ServiceAccount');
const secrets = (...names: readonly string[]): JsonObject => ({
  secrets: names.map((name) => ({ name })),
});

describe('merging', () => {
  it.each([
    ['appends what is new', ['a', 'b'], ['c'], ['a', 'b', 'c']],
    [
      'keeps what it does not name between what it names',
      ['a', 'x', 'b'],
      ['a', 'b'],
      ['a', 'x', 'b'],
    ],
    ['takes the order of the configuration', ['a', 'b'], ['b', 'a'], ['b', 'a']],
    ['puts new items where the configuration has them', ['b'], ['n', 'b', 'm'], ['n', 'b', 'm']],
    ['does all of that at once', ['x', 'a', 'y', 'b'], ['b', 'n', 'a'], ['x', 'y', 'b', 'n', 'a']],
  ])('%s', (_what, live, applied, merged) => {
    expect(mergeApplied(secrets(...live), secrets(...applied), account)).toEqual(
      secrets(...merged),
    );
  });

  it('merges items by their keys, ports by number and protocol, and replaces what is atomic', () => {
    const live = {
      spec: {
        nodeSelector: { a: '1' },
        containers: [
          {
            name: 'main',
            image: 'x',
            args: ['1'],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
          },
        ],
      },
    };
    const applied = {
      spec: {
        nodeSelector: { b: '2' },
        containers: [
          { name: 'main', args: ['2'], ports: [{ containerPort: 80, name: 'web' }] },
          { name: 'side', image: 'y' },
        ],
      },
    };
    expect(mergeApplied(live, applied, pod)).toEqual({
      spec: {
        nodeSelector: { b: '2' },
        containers: [
          {
            name: 'main',
            image: 'x',
            args: ['2'],
            ports: [{ containerPort: 80, protocol: 'TCP', name: 'web' }],
          },
          { name: 'side', image: 'y' },
        ],
      },
    });
  });
});

describe('owning', () => {
  const owned = (value: JsonValue): JsonObject => encodeFields(ownedFields(value, pod));

  it('counts items of lists and entries of maps, but not the structures around them', () => {
    expect(
      owned({
        metadata: { labels: { a: 'b' }, finalizers: ['f'] },
        spec: { containers: [{ name: 'main', command: ['x'] }], tolerations: [{ key: 'a' }] },
      }),
    ).toEqual({
      'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"f"': {} } },
      'f:spec': {
        'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:command': {} } },
        'f:tolerations': {},
      },
    });
  });

  it('counts an empty structure itself', () => {
    expect(owned({ spec: { securityContext: {} } })).toEqual({
      'f:spec': { 'f:securityContext': {} },
    });
  });

  it.each<[string, JsonValue, string]>([
    [
      'a field that is not there',
      { spec: { wings: 2 } },
      '.spec.wings: field not declared in schema',
    ],
    [
      'a list where there is none',
      { spec: { containers: 'x' } },
      '.spec.containers: expected list',
    ],
    ['a structure where there is none', { spec: 'x' }, '.spec: expected map'],
    [
      'an item twice',
      { spec: { containers: [{ name: 'a' }, { name: 'a' }] } },
      '.spec.containers: duplicate entries for key {"name":"a"}',
    ],
  ])('refuses %s', (_what, value, message) => {
    expect(() => owned(value)).toThrow(message);
  });
});

it('tells what was added, modified and removed', () => {
  const before = { metadata: { labels: { a: '1', b: '1' } }, spec: { nodeName: 'n' } };
  const after = { metadata: { labels: { a: '2', c: '1' } }, spec: { containers: [{ name: 'm' }] } };
  const { added, modified, removed } = compareFields(before, after, pod);
  expect(encodeFields(added)).toEqual({
    'f:metadata': { 'f:labels': { 'f:c': {} } },
    'f:spec': { 'f:containers': { '.': {}, 'k:{"name":"m"}': { '.': {}, 'f:name': {} } } },
  });
  expect(encodeFields(modified)).toEqual({ 'f:metadata': { 'f:labels': { 'f:a': {} } } });
  expect(encodeFields(removed)).toEqual({
    'f:metadata': { 'f:labels': { 'f:b': {} } },
    'f:spec': { 'f:nodeName': {} },
  });
});

it('removes fields, items, and what becomes empty by that', () => {
  const value = {
    metadata: { labels: { a: '1' }, annotations: { b: '2' } },
    spec: { containers: [{ name: 'a', image: 'x' }, { name: 'b' }], nodeName: 'n' },
  };
  const fields = decodeFields({
    'f:metadata': { 'f:labels': { 'f:a': {} } },
    'f:spec': { 'f:containers': { 'k:{"name":"a"}': { 'f:image': {} }, 'k:{"name":"b"}': {} } },
  });
  expect(removeFields(value, fields, pod)).toEqual({
    metadata: { annotations: { b: '2' } },
    spec: { containers: [{ name: 'a' }], nodeName: 'n' },
  });
});

it('knows the structures that are on the way to fields', () => {
  const fields = decodeFields({ 'f:metadata': { 'f:labels': { 'f:a': {} } } });
  expect(encodeFields(withStructs(fields, pod))).toEqual({
    'f:metadata': { '.': {}, 'f:labels': { '.': {}, 'f:a': {} } },
  });
});
