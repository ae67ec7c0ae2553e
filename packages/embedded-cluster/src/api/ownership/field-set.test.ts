import { describe, expect, it } from 'vitest';
import {
  decodeFields,
  differenceOf,
  encodeFields,
  fieldPaths,
  intersectionOf,
  sameFields,
  unionOf,
  withoutBelow,
} from './field-set.ts';

const left = { 'f:data': { 'f:a': {}, 'f:b': {} }, 'f:kind': {} };
const right = { 'f:data': { '.': {}, 'f:b': {}, 'f:c': {} } };

describe('a set of fields', () => {
  it.each([
    ['nothing', {}],
    ['fields', left],
    ['a field and others below it', right],
    ['items of lists', { 'f:env': { 'k:{"name":"a"}': { '.': {}, 'f:value': {} }, 'v:1': {} } }],
  ])('of %s is written as it was read', (_what, fields) => {
    expect(encodeFields(decodeFields(fields))).toEqual(fields);
  });

  it.each([
    ['union', unionOf, { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:c': {} }, 'f:kind': {} }],
    ['intersection', intersectionOf, { 'f:data': { 'f:b': {} } }],
    ['difference', differenceOf, { 'f:data': { 'f:a': {} }, 'f:kind': {} }],
    ['rest without what is below the other', withoutBelow, { 'f:kind': {} }],
  ])('has a %s with another', (_name, operation, expected) => {
    expect(encodeFields(operation(decodeFields(left), decodeFields(right)))).toEqual(expected);
  });

  it('names its fields as messages do', () => {
    const fields = {
      'f:metadata': { 'f:labels': { 'f:a.b/c': {} }, 'f:finalizers': { 'v:"x"': {} } },
      'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } } },
    };
    expect(fieldPaths(decodeFields(fields))).toEqual([
      '.metadata.finalizers[="x"]',
      '.metadata.labels.a.b/c',
      '.spec.ports[port=80,protocol="TCP"]',
      '.spec.ports[port=80,protocol="TCP"].name',
    ]);
  });

  it('is the same as another with the same fields', () => {
    expect(sameFields(decodeFields(left), decodeFields({ ...left }))).toBe(true);
    expect(sameFields(decodeFields(left), decodeFields(right))).toBe(false);
  });
});
