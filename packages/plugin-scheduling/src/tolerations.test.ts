import type { Settings } from '@millrace/core';
import { expect, it } from 'vitest';
import { settingsSchema, type SchedulingSettings } from './settings.ts';
import { parseToleration, tolerationContributions } from './tolerations.ts';

it.each([
  [
    'a bare key tolerates any value',
    'gpu',
    'NoSchedule',
    { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' },
  ],
  ['an empty effect is every effect', 'spot', '', { key: 'spot', operator: 'Exists' }],
  [
    'a value must be equal',
    'ci=yes',
    'NoSchedule',
    { key: 'ci', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
  ],
  [
    'only the first = separates',
    'a=b=c',
    'NoExecute',
    { key: 'a', operator: 'Equal', value: 'b=c', effect: 'NoExecute' },
  ],
  [
    'an empty value must be equal too',
    'gpu=',
    'NoExecute',
    { key: 'gpu', operator: 'Equal', effect: 'NoExecute' },
  ],
  ['an empty key tolerates every taint', '', '', { operator: 'Exists' }],
  [
    'an empty key with an effect tolerates every taint of it',
    '',
    'NoExecute',
    { operator: 'Exists', effect: 'NoExecute' },
  ],
  ['quotes are part of a key', '""', '', { key: '""', operator: 'Exists' }],
])('%s', (_behaviour, selector, effect, expected) => {
  expect(parseToleration(selector, effect)).toEqual(expected);
});

it('tolerations of the table come sorted, then those of the list as written', () => {
  const settings: Settings<SchedulingSettings> = {
    value: settingsSchema.parse({
      tolerations: { b: '', a: '' },
      tolerationList: [{ key: 'z', operator: 'Exists', tolerationSeconds: 30 }, { key: 'y' }],
    }),
    source: (path) => ({ plugin: 'test', configPath: path.join('.') }),
  };
  const contributions = tolerationContributions(settings);
  expect(contributions.map(({ value }) => value)).toEqual([
    { key: 'a', operator: 'Exists' },
    { key: 'b', operator: 'Exists' },
    { key: 'z', operator: 'Exists', tolerationSeconds: 30 },
    { key: 'y' },
  ]);
  expect(contributions.map(({ source }) => source.configPath)).toEqual([
    'tolerations.a',
    'tolerations.b',
    'tolerationList.0',
    'tolerationList.1',
  ]);
});
