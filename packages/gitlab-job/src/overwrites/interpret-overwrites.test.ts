import type { JsonValue, OverwriteOffer, OverwriteRow } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { contextWith, sent } from '../job-under-test.test.helper.ts';
import { interpretOverwrites } from './interpret-overwrites.ts';

const offer = (row: Partial<OverwriteRow>, gate: JsonValue | undefined): OverwriteOffer => ({
  plugin: 'some-plugin',
  row: {
    variable: 'V',
    path: 'some.setting',
    form: 'value',
    gate: { rule: 'pattern', key: 'gate' },
    label: 'Thing',
    rank: 0,
    doc: '',
    ...row,
  },
  gate,
  gateSource: { plugin: 'some-plugin' },
  current: undefined,
});
const pattern = offer({ label: 'Namespace' }, '^ci-');
const maximum = (label: string): OverwriteOffer =>
  offer({ label, gate: { rule: 'maximum', key: 'max' } }, '2Gi');
const token = offer(
  { label: 'BearerToken', secret: true, gate: { rule: 'switch', key: 'on' } },
  true,
);
const selector = offer(
  { variable: 'V_', label: 'NodeSelector', form: 'entry', separator: { at: '=', optional: false } },
  '.*',
);
const toleration = offer(
  {
    variable: 'V_',
    label: 'NodeTolerations',
    form: 'entry',
    separator: { at: ':', optional: true },
  },
  '.*',
);

const texts = (
  offers: readonly OverwriteOffer[],
  ...variables: readonly (readonly [string, string])[]
): readonly string[] =>
  interpretOverwrites(
    offers,
    contextWith({ variables: variables.map(([key, value]) => sent(key, value)) }).variables,
  ).flatMap((answer) => ('text' in answer ? [answer.text] : []));

describe('overwrites by job variables', () => {
  it.each([
    ['a value that matches counts', pattern, 'V', 'ci-1', '"Namespace" overwritten with "ci-1"'],
    [
      'a value that does not match is refused',
      pattern,
      'V',
      'x',
      'couldn\'t prepare overwrites: provided value "x" does not match "^ci-"',
    ],
    [
      'a bad pattern is noticed when it is needed',
      offer({}, 'ci-('),
      'V',
      'x',
      "couldn't prepare overwrites: error parsing regexp: missing closing ): `ci-(`",
    ],
    [
      'an equal quantity is allowed',
      maximum('CPULimit'),
      'V',
      '2048Mi',
      '"CPULimit" overwritten with "2048Mi"',
    ],
    [
      'a larger quantity is refused',
      maximum('CPULimit'),
      'V',
      '3Gi',
      'couldn\'t prepare overwrites: invalid build limits specified: the resource "CPULimit" requested "3Gi" is higher than limit allowed "2Gi"',
    ],
    [
      'a bad quantity is refused',
      maximum('HelperMemoryRequest'),
      'V',
      'lots',
      "couldn't prepare overwrites: invalid helper requests specified: parsing resource limit: \"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'\"",
    ],
    ['a token is not shown', token, 'V', 's3cr3t', '"BearerToken" overwritten with "XXXXXXXX..."'],
    [
      'an entry is split at the first separator',
      selector,
      'V_1',
      'zone=a=b',
      '"NodeSelector" "zone" overwritten with "a=b"',
    ],
    [
      'an entry without separator is refused',
      selector,
      'V_1',
      'zone',
      'couldn\'t prepare overwrites: provided value "zone" does not match "k=v"',
    ],
    [
      'an empty entry is not ignored',
      toleration,
      'V_1',
      '',
      '"NodeTolerations" "" overwritten with ""',
    ],
    [
      'quotes are part of an entry',
      toleration,
      'V_1',
      '""',
      '"NodeTolerations" "\\"\\"" overwritten with ""',
    ],
    [
      'the bare prefix is a variable too',
      toleration,
      'V_',
      ':NoExecute',
      '"NodeTolerations" "" overwritten with "NoExecute"',
    ],
  ])('%s', (_behaviour, given, variable, value, expected) => {
    expect(texts([given], [variable, value])).toEqual([expected]);
  });

  it.each([
    ['an empty gate', offer({}, ''), 'x'],
    ['a gate that is off', offer({ gate: { rule: 'switch', key: 'on' } }, false), 'x'],
    ['an empty value', pattern, ''],
  ])('%s leaves the setting', (_behaviour, given, value) => {
    const answers = interpretOverwrites(
      [given],
      contextWith({ variables: [sent('V', value)] }).variables,
    );
    expect(answers.filter(({ kind }) => kind !== 'decision')).toEqual([]);
  });

  it('adds an entry to the map of the setting', () => {
    const { variables } = contextWith({ variables: [sent('V_1', 'a.b/c=d')] });
    expect(interpretOverwrites([selector], variables)[0]).toEqual({
      kind: 'setting',
      plugin: 'some-plugin',
      path: ['some', 'setting', 'a.b/c'],
      value: 'd',
      source: { plugin: 'some-plugin', variable: 'V_1' },
    });
  });

  it('ends at the first refusal, in the order of the rows', () => {
    const later = offer({ variable: 'LATER', label: 'Later', rank: 2 }, '.*');
    const first = offer({ variable: 'FIRST', label: 'First', rank: 0 }, '.*');
    const bad = offer({ variable: 'BAD', rank: 1 }, '^x$');
    expect(texts([later, bad, first], ['LATER', '1'], ['FIRST', '2'], ['BAD', '3'])).toEqual([
      '"First" overwritten with "2"',
      'couldn\'t prepare overwrites: provided value "3" does not match "^x$"',
    ]);
  });

  it.each([
    ['a quantity is the contents', maximum('CPULimit'), '1'],
    ['anything else is the path', offer({ label: 'CPULimit' }, '.*'), '/builds/acme/demo.tmp/V'],
  ])('of a file variable, %s', (_behaviour, given, value) => {
    const { variables } = contextWith({ variables: [sent('V', '1', { file: true })] });
    expect(interpretOverwrites([given], variables)[0]).toMatchObject({ kind: 'setting', value });
  });
});
