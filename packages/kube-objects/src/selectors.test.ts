import type { KubeObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { checkSelectableFields, matchesFields, parseFieldSelector } from './field-selector.ts';
import { formatLabelSelector, labelSelectorOf, matchesLabels } from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';
import { resourceTypes } from './resource-types.ts';

const labels = { app: 'web', tier: 'front', empty: '', n: '5' };

it.each([
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['app!=db', true],
  ['app!=web', false],
  ['missing!=x', true],
  ['app in (web,db)', true],
  ['app in ( db )', false],
  ['app notin (db)', true],
  ['missing notin (db)', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['! app', false],
  ['empty=', true],
  ['empty in (,x)', true],
  ['n>4', true],
  ['n > 5', false],
  ['n<6', true],
  ['missing<6', false],
  ['app<6', false],
  ['app=web,tier in (front),!missing', true],
  ['app=web,tier=back', false],
  ['constructor', false],
  ['in=yes', false],
  ['notin notin (in)', true],
])('label selector %j selects the web front end: %s', (text, expected) => {
  expect(matchesLabels(parseLabelSelector(text), labels)).toBe(expected);
});

it.each([
  ['a=b', 'a=b'],
  ['a in (x,y),b notin (z),c,!d,e>1,f<2,g!=h', 'a in (x,y),b!=z,c,!d,e>1,f<2,g!=h'],
])('writes %j back as %j', (text, expected) => {
  expect(formatLabelSelector(parseLabelSelector(text))).toBe(expected);
});

it.each([
  ['a b', "found 'b', expected: an operator"],
  ['=b', "found '=', expected: a label key"],
  ['a in x', "found 'x', expected: '('"],
  ['a in (x', "found '', expected: ',' or ')'"],
  ['a=b,', "found '', expected: a label key"],
  ['a=b c=d', "found 'c', expected: ',' or the end"],
  ['a==', ''],
  ['-a=b', 'key: Invalid value: "-a"'],
  ['a=b/c', 'values[0][a]: Invalid value: "b/c"'],
  ['a>x', 'the value must be an integer'],
])('says what is wrong with %j', (text, message) => {
  if (message === '') expect(parseLabelSelector(text)).toHaveLength(1);
  else expect(() => parseLabelSelector(text)).toThrow(message);
});

it('reads the object form', () => {
  const selector = labelSelectorOf({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'missing', operator: 'DoesNotExist' },
    ],
  });
  expect(formatLabelSelector(selector)).toBe('app=web,tier in (front,back),!missing');
  expect(matchesLabels(selector, labels)).toBe(true);
  expect(matchesLabels(labelSelectorOf({}), {})).toBe(true);
});

it.each([
  ['an unknown operator', 'Gt', ['1'], '"Gt" is not a valid label selector operator'],
  ['an empty set', 'In', [], "values set can't be empty"],
  ['values where none belong', 'Exists', ['x'], 'values set must be empty'],
])('refuses %s in the object form', (_what, operator, values, message) => {
  expect(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator, values }] })).toThrow(
    message,
  );
});

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ci' },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running' },
};

it.each([
  ['', true],
  ['metadata.name=p', true],
  ['metadata.name==p,status.phase!=Failed', true],
  ['status.phase!=Running', false],
  ['spec.nodeName=', false],
  ['status.podIP=', true],
  ['spec.hostNetwork=false', true],
  ['metadata.name=a\\,b', false],
])('field selector %j selects the pod: %s', (text, expected) => {
  expect(matchesFields(parseFieldSelector(text), pod)).toBe(expected);
});

it('reads escaped values', () => {
  expect(parseFieldSelector('a=x\\,y\\=z\\\\,b!=c')).toEqual([
    { field: 'a', operator: '=', value: 'x,y=z\\' },
    { field: 'b', operator: '!=', value: 'c' },
  ]);
});

it.each([
  ['a', "invalid selector: 'a'; can't understand 'a'"],
  ['a=x\\y', 'invalid escape sequence'],
  ['a=b=c', 'invalid escape sequence'],
])('says what is wrong with the field selector %j', (text, message) => {
  expect(() => parseFieldSelector(text)).toThrow(message);
});

it('selects events by the component that sent them', () => {
  const event: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {},
    source: { component: 'kubelet' },
    involvedObject: { name: 'p' },
  };
  expect(matchesFields(parseFieldSelector('source=kubelet,involvedObject.name=p'), event)).toBe(
    true,
  );
});

it('refuses fields that the API server cannot select by', () => {
  expect(() =>
    checkSelectableFields(parseFieldSelector('spec.nodeName=n'), resourceTypes.pods),
  ).not.toThrow();
  expect(() =>
    checkSelectableFields(parseFieldSelector('spec.nodeName=n'), resourceTypes.secrets),
  ).toThrow('field label not supported: spec.nodeName');
});
