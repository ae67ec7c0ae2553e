import {
  defineBinding,
  type Binding,
  type JsonObject,
  type JsonValue,
  type StandardSchema,
} from '@millrace/core';
import { parseToml } from '@millrace/config';
import { expect, it } from 'vitest';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { resolveSettings, type SettingsResolution } from './resolve-settings.ts';

/** Volumes need a name, zones are strings. */
const schema: StandardSchema<unknown, JsonObject> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { zone, volumes = [] } = (value ?? {}) as {
        readonly zone?: JsonValue;
        readonly volumes?: readonly JsonObject[];
      };
      const issues = [
        ...volumes.flatMap((volume, index) =>
          volume['name'] === undefined
            ? [{ message: 'needs a name', path: ['volumes', index, 'name'] }]
            : [],
        ),
        ...(zone === undefined || typeof zone === 'string'
          ? []
          : [{ message: 'expected a string', path: ['zone'] }]),
      ];
      return issues.length > 0 ? { issues } : { value: value as JsonObject };
    },
  },
};
const loaded = (name: string, more: Partial<LoadedPlugin> = {}): LoadedPlugin => ({
  plugin: {
    $$type: '@millrace/plugin',
    name,
    apiVersion: '1',
    configKey: name,
    configSchema: schema,
    setup: () => undefined,
  },
  origin: 'test',
  bindings: [],
  ...more,
});
const binding = (plugin: string, more: Partial<Binding> = {}): Binding =>
  defineBinding({
    peer: 'gitlab',
    plugin,
    rows: [
      { key: `${plugin}_zone`, path: 'zone', form: 'string', doc: 'Zone.' },
      {
        key: 'volumes.host_path',
        path: 'volumes',
        form: 'table-list',
        members: { name: 'string', host_path: 'string' },
        doc: 'Volumes.',
      },
    ],
    ...more,
  });

function resolve(
  toml: string,
  plugins: readonly LoadedPlugin[] = [loaded('acme')],
  bindings: readonly Binding[] = [binding('acme')],
): SettingsResolution {
  const { value, positionOf } = parseToml(`[[runners]]\n${toml}`, 'c.toml');
  const [runner = {}] = value['runners'] as readonly JsonObject[];
  return resolveSettings(plugins, bindings, {
    runner,
    runnerPath: ['runners', 0],
    podsKey: 'kubernetes',
    appKeys: ['millrace', 'name'],
    own: (runner['millrace'] ?? {}) as JsonObject,
    ownPath: ['runners', 0, 'millrace'],
    positionOf,
  });
}
const told = ({ problems }: SettingsResolution): readonly string[] =>
  problems.map(
    ({ position, path, message }) => `${position?.line ?? '?'} ${path.join('.')}: ${message}`,
  );

it.each<[string, string, readonly string[]]>([
  [
    'a fault in a table of a list names the table’s line',
    `[[runners.kubernetes.volumes.host_path]]\nname = "a"\n[[runners.kubernetes.volumes.host_path]]\nhost_path = "/b"`,
    ['4 runners.0.kubernetes.volumes.host_path.1.name: needs a name'],
  ],
  [
    'a wrong form in a table of a list names its own line',
    `[[runners.kubernetes.volumes.host_path]]\nname = "a"\nhost_path = 5`,
    ['4 runners.0.kubernetes.volumes.host_path.0.host_path: must be a string, not the number 5'],
  ],
  [
    'a fault in our own table names its line',
    `[runners.millrace.acme]\nzone = 5`,
    ['3 runners.0.millrace.acme.zone: expected a string'],
  ],
  [
    'an own list over one of the peer’s is a conflict',
    `[[runners.kubernetes.volumes.host_path]]\nname = "a"\n[runners.millrace.acme]\nvolumes = []`,
    [
      '5 runners.0.millrace.acme.volumes: sets the same as runners.kubernetes.volumes.host_path (c.toml:2)',
    ],
  ],
  [
    'an empty own table conflicts with nothing',
    `[runners.kubernetes]\nacme_zone = "a"\n[runners.millrace.acme]`,
    [],
  ],
  [
    'an own table that is no table is an error',
    `[runners.millrace]\nacme = 5`,
    ['3 runners.0.millrace.acme: must be a table of the settings of acme'],
  ],
  [
    'unknown keys below a known table are found, whatever the case',
    `[runners.kubernetes.VOLUMES]\nhost_paht = 1`,
    ['3 runners.0.kubernetes.VOLUMES.host_paht: unknown key, ignored as the peer does'],
  ],
])('%s', (_behaviour, toml, expected) => {
  expect(told(resolve(toml))).toEqual(expected);
});

it('options behind a plugin’s name are its settings, with their own place', () => {
  const optionsPath = ['millrace', 'plugins', 0, 1];
  const plugin = loaded('acme', { options: { zone: 'north' }, optionsPath });
  const { settings, problems } = resolve('[runners.millrace.acme]', [plugin]);
  expect(problems).toEqual([]);
  expect(settings.get('acme')).toMatchObject({
    value: { zone: 'north' },
    origins: [{ path: ['zone'], source: { configPath: 'millrace.plugins.0.1.zone' } }],
  });
});

it('options and own table that set the same are a conflict; what differs is merged', () => {
  const optionsPath = ['millrace', 'plugins', 0, 1];
  const plugin = loaded('acme', { options: { zone: 'north', volumes: [] }, optionsPath });
  expect(told(resolve('[runners.millrace.acme]\nzone = "south"', [plugin]))).toEqual([
    '? millrace.plugins.0.1.zone: sets the same as runners.millrace.acme.zone (c.toml:3)',
  ]);
});

it('a key that two plugins claim is an error that names both', () => {
  const plugins = [loaded('acme'), loaded('corp')];
  const bindings = [binding('acme'), binding('corp')];
  expect(told(resolve('', plugins, bindings))).toEqual([
    '? : plugins acme and corp both claim the key volumes.host_path',
  ]);
});

it('a key of a plugin that is not loaded is an error, whatever the case', () => {
  const bindings = [binding('acme'), binding('corp')];
  expect(
    told(resolve('[runners.kubernetes]\nCORP_zone = "a"', [loaded('acme')], bindings)),
  ).toEqual(['3 runners.0.kubernetes.CORP_zone: belongs to a plugin that is not loaded']);
});
