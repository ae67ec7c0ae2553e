import { expect, it } from 'vitest';
import { dnsLabelErrors, dnsSubdomainErrors, isDnsLabel, isDnsSubdomain } from './dns-names.ts';
import {
  gitlabGeneratedName,
  gitlabLabelValue,
  gitlabNameBase,
  gitlabShortToken,
  gitlabUniqueName,
} from './gitlab-names.ts';
import { labelKeyErrors, labelValueErrors } from './labels.ts';
import { woodpeckerDnsName, woodpeckerHostname, woodpeckerLabelValue } from './woodpecker-names.ts';

const a = (count: number): string => 'a'.repeat(count);

it('a name of several labels is told for its dots', () => {
  expect(dnsLabelErrors('a.b')).toEqual(['must not contain dots']);
  expect(dnsLabelErrors(`${a(60)}.bcd`)).toEqual([
    'must be no more than 63 characters',
    'must not contain dots',
  ]);
});

it.each([
  ['a', true, true],
  ['a-b', true, true],
  ['1', true, true],
  ['a.b', false, true],
  ['a..b', false, false],
  ['A', false, false],
  ['-a', false, false],
  ['a-', false, false],
  ['a\n', false, false],
  ['', false, false],
  [a(63), true, true],
  [a(64), false, true],
  [a(254), false, false],
])('%j is a label: %s, a subdomain: %s', (name, label, subdomain) => {
  expect([isDnsLabel(name), isDnsSubdomain(name)]).toEqual([label, subdomain]);
  expect([dnsLabelErrors(name).length === 0, dnsSubdomainErrors(name).length === 0]).toEqual([
    label,
    subdomain,
  ]);
});

it.each([
  ['app', []],
  ['example.com/app', []],
  ['A_b.c-1', []],
  [
    '',
    [
      'name part must be non-empty',
      expect.stringContaining('name part must consist of alphanumeric characters'),
    ],
  ],
  ['/x', ['prefix part must be non-empty']],
  ['a/b/c', [expect.stringContaining('a valid label key must consist of')]],
  ['A.com/x', [expect.stringContaining('prefix part a lowercase RFC 1123 subdomain')]],
  [a(64), ['name part must be no more than 63 bytes']],
  [
    'x_',
    [
      expect.stringContaining(
        "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex",
      ),
    ],
  ],
])('label key %j: %j', (key, errors) => {
  expect(labelKeyErrors(key)).toEqual(errors);
});

it.each([
  ['', []],
  ['Value_1.2', []],
  [a(64), ['must be no more than 63 bytes']],
  [
    '-x',
    [
      expect.stringContaining(
        'a valid label must be an empty string or consist of alphanumeric characters',
      ),
    ],
  ],
])('label value %j: %j', (value, errors) => {
  expect(labelValueErrors(value)).toEqual(errors);
});

it.each([
  ['Runner_1/x', 'runner1x'],
  ['--9a', '9a'],
  ['ÄÖ', ''],
  [a(70), a(63)],
])('GitLab name base of %j is %j', (text, expected) => {
  expect(gitlabNameBase(text)).toBe(expected);
});

it.each([
  ['glrt-t1_abcdefghijkl', 'abcdefghi'],
  ['glrt-abcdefghijkl', 'abcdefghi'],
  ['t3_abcdefghijkl', 'abcdefghi'],
  ['t4_abcdefghijkl', 't4_abcdef'],
  ['glrtr-abcdefghijkl', 'abcdefghi'],
  ['glcbt-GR1348941abcdefghijkl', 'abcdefghi'],
  ['short', 'short'],
])('GitLab short token of %s is %s', (token, expected) => {
  expect(gitlabShortToken(token)).toBe(expected);
});

it('GitLab names are made of slot and random suffix', () => {
  expect(gitlabUniqueName('aB_1', 22, 3)).toBe('runner-ab1-project-22-concurrent-3');
  const name = gitlabGeneratedName(a(63), { name: (length) => 'x'.repeat(length) });
  expect(name).toBe(`${a(54)}-xxxxxxxx`);
});

it.each([
  ['label++@', 'label'],
  ['a b/c', 'a_b_c'],
  ['.-_x_-.', 'x'],
  ['😀x', 'x'],
  ['x😀y', 'x_y'],
  [`${a(62)}..b`, a(62)],
  ['___', ''],
])('GitLab label value of %j is %j', (text, expected) => {
  expect(gitlabLabelValue(text)).toBe(expected);
});

it.each([
  ['wp_01he_0_services_0', 'wp-01he-0-services-0', 'wp_01he_0_services_0'],
  ['a.0-AA', 'a.0-aa', 'a.0-aa'],
  ['build & deploy', 'build-deploy', 'build-deploy'],
  ['a__b', 'a-b', 'a-b'],
  ['ABC..DEF', 'abc.def', 'abc-def'],
  ['a.-.-b', 'a.b', 'a-b'],
  ['0.-a', '0.a', '0-a'],
  ['-.-test-.-', 'test', 'test'],
  ['hello🚀world', 'hello-world', 'hello-world'],
  ['İstanbul', 'istanbul', 'istanbul'],
  [a(63), a(63), a(63)],
  [a(100), a(100), `${a(46)}-2816597888e4a0d3`],
])('Woodpecker turns %j into the name %j and the label value %j', (text, name, value) => {
  expect([woodpeckerDnsName(text), woodpeckerLabelValue(text)]).toEqual([name, value]);
});

it('Woodpecker shortens long names with a hash of the original', () => {
  expect(woodpeckerDnsName(a(253))).toBe(a(253));
  expect(woodpeckerDnsName(a(300))).toBe(`${a(236)}-9835fa6bf4e20a9b`);
});

it.each(['!!!', '---', '...', ''])(
  'Woodpecker has no name for %j, but an empty label value',
  (text) => {
    expect(() => woodpeckerDnsName(text)).toThrow('name is not a valid kubernetes DNS name');
    expect(woodpeckerLabelValue(text)).toBe('');
    expect(woodpeckerHostname(text)).toBeUndefined();
  },
);

it.each([
  ['Update repos', 'update-repos'],
  ['MY_STEP', 'my-step'],
  ['Build 🚀', 'build'],
  ['a.b', 'a-b'],
  [`${a(62)}.b`, a(62)],
])('Woodpecker hostname of %j is %j', (text, expected) => {
  expect(woodpeckerHostname(text)).toBe(expected);
});
