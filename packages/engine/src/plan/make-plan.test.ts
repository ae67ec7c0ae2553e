import {
  createToken,
  defineBinding,
  JobToken,
  type FieldContribution,
  type JsonValue,
  type ObjectContribution,
  type PodContribution,
  type Unit,
} from '@millrace/core';
import { expect, it } from 'vitest';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { generationOf, peer, planOf, pluginOf } from './plan.test.helper.ts';

const set = (
  plugin: string,
  path: string,
  value: JsonValue,
  more: Partial<FieldContribution> = {},
): FieldContribution => ({ kind: 'field', path, op: 'set', value, source: { plugin }, ...more });
const contributing = (name: string, ...contributions: readonly PodContribution[]): LoadedPlugin =>
  pluginOf(name, ({ tap }) => tap('contributePod', () => contributions));

it('contributions of several plugins make one pod, with who set what', async () => {
  const plan = planOf(
    await generationOf([
      peer,
      contributing('a', set('a', '/spec/nodeSelector/disk', 'ssd')),
      contributing('b', set('b', '/spec/schedulerName', 'fast')),
    ]),
  );
  expect(plan.refused).toBeNull();
  expect(plan.units[0]?.pod.manifest['spec']).toMatchObject({
    nodeSelector: { disk: 'ssd' },
    schedulerName: 'fast',
  });
  expect(plan.units[0]?.pod.provenance['/spec/nodeSelector/disk']).toEqual([
    { plugin: 'a', source: 'default of a', value: 'ssd' },
  ]);
});

it('two plugins that set one field to different values stop the job, naming both', async () => {
  const plan = planOf(
    await generationOf([
      peer,
      contributing('acme', set('acme', '/spec/schedulerName', 'fast')),
      contributing('corp', set('corp', '/spec/schedulerName', 'slow')),
    ]),
  );
  expect(plan.refused).toMatchObject({ code: 'plan.conflict', reason: 'configuration_error' });
  expect(plan.refused?.message).toContain('acme');
  expect(plan.refused?.message).toContain('corp');
  expect(plan.units).toEqual([]);
});

it('the order of plugins does not change a byte of the plan', async () => {
  const append = (plugin: string, key: string): FieldContribution => ({
    kind: 'field',
    path: '/spec/tolerations',
    op: 'append',
    value: { key, operator: 'Exists' },
    source: { plugin },
  });
  const plugins = [
    contributing('a', set('a', '/metadata/labels/x', '1'), append('a', 'one'), append('a', 'two')),
    contributing(
      'b',
      append('b', 'three'),
      set('b', '/spec/nodeSelector', { z: '1', y: '2' }, { op: 'merge' }),
    ),
    contributing('c', set('c', '/resources/limits/cpu', '1', { on: { role: ['build'] } }), {
      kind: 'say',
      code: 'c.hello',
      text: 'hello',
    }),
    pluginOf('d', ({ tap }) =>
      tap('planUnits', (units) =>
        units.map((unit) => ({
          ...unit,
          containers: [
            ...unit.containers,
            {
              name: 'sidecar',
              role: 'sidecar' as const,
              init: false,
              driven: false,
              variables: [],
              rank: 5,
            },
          ],
        })),
      ),
    ),
  ];
  const bytes = async (order: readonly LoadedPlugin[]): Promise<string> =>
    JSON.stringify(planOf(await generationOf([peer, ...order])));
  const expected = await bytes(plugins);
  for (const order of permutations(plugins)) expect(await bytes(order)).toBe(expected);
});

it('a contributor that throws refuses the job and is named with its hook', async () => {
  const plan = planOf(
    await generationOf([
      peer,
      pluginOf('acme', ({ tap }) =>
        tap('contributePod', () => {
          throw new Error('boom');
        }),
      ),
    ]),
  );
  expect(plan.refused).toMatchObject({
    code: 'MILLRACE_E_PLUGIN_FAILED',
    reason: 'plugin_failed',
    plugin: 'acme (contributePod)',
  });
  expect(plan.refused?.message).toContain('plugin acme failed in its contributePod hook: boom');
});

it('the first refusal in the peer’s order counts, and lines that come after it are not said', async () => {
  const binding = defineBinding({
    peer: 'test',
    plugin: 'a',
    rows: [],
    wording: {
      'a.early': { rank: 1 },
      'a.no': { rank: 2, text: ({ what }) => `no ${JSON.stringify(what)}` },
      'a.late': { rank: 3 },
    },
  });
  const statements: readonly PodContribution[] = [
    { kind: 'say', code: 'a.late', text: 'late' },
    { kind: 'refuse', code: 'a.no', text: 'neutral', values: { what: 'way' }, reason: 'refused' },
    { kind: 'refuse', code: 'a.other', text: 'another' },
    { kind: 'say', code: 'a.early', text: 'early' },
  ];
  const plan = planOf(
    await generationOf([
      peer,
      pluginOf('a', ({ tap }) => tap('contributePod', () => statements), {}, [binding]),
    ]),
  );
  expect(plan.refused).toMatchObject({ code: 'a.no', message: 'no "way"', plugin: 'a' });
  expect(plan.log).toEqual([{ kind: 'say', code: 'a.early', text: 'early' }]);
});

it('a job service is made once a job, when somebody needs it', async () => {
  let made = 0;
  const number = createToken<number>('test/number', 'job');
  const generation = await generationOf([
    peer,
    pluginOf('offers', ({ provide }) =>
      provide(number, { needs: { job: JobToken } }, ({ job }) => {
        made += 1;
        return job.timeoutSeconds;
      }),
    ),
    pluginOf('uses', ({ tap }) => {
      tap('contributePod', { needs: { number } }, (_unit, _job, needs) => [
        set('uses', '/spec/activeDeadlineSeconds', needs.number),
      ]);
      tap('validatePod', { needs: { number } }, () => []);
    }),
  ]);
  expect(planOf(generation).units[0]?.pod.manifest['spec']).toMatchObject({
    activeDeadlineSeconds: 60,
  });
  expect(made).toBe(1);
  planOf(generation);
  expect(made).toBe(2);
});

it.each<[string, (unit: Unit) => readonly Unit[], string]>([
  [
    'a unit after one that is not there',
    (unit) => [{ ...unit, after: ['nobody'] }],
    'unit job comes after nobody, which the job does not have',
  ],
  [
    'units in a circle',
    (unit) => [
      { ...unit, after: ['b'] },
      { ...unit, id: 'b', after: ['job'] },
    ],
    'units job, b come after each other in a circle',
  ],
  ['two units of one name', (unit) => [unit, unit], 'the job has two units named job'],
])('%s refuses the job, because it would never run', async (_fault, change, message) => {
  const wrong = pluginOf('wrong', ({ tap }) => tap('planUnits', (units) => units.flatMap(change)));
  expect(planOf(await generationOf([peer, wrong])).refused).toMatchObject({ message });
});

it('a patch names the line it comes from', async () => {
  const patching = pluginOf('patching', ({ tap }) =>
    tap('patchPod', (pod) => [
      {
        pod: { ...pod, spec: { ...(pod['spec'] as object), schedulerName: 'fast' } },
        source: { plugin: 'patching', configPath: 'runners.kubernetes.pod_spec.0' },
      },
    ]),
  );
  const plan = planOf(await generationOf([peer, patching]));
  expect(plan.units[0]?.pod.provenance['/spec/schedulerName']).toEqual([
    { plugin: 'patching', source: 'runners.kubernetes.pod_spec.0', value: 'fast' },
  ]);
});

it('a service that cannot be made refuses the job by the name of its plugin', async () => {
  const token = createToken<number>('test/broken', 'job');
  const broken = pluginOf('broken', ({ provide, tap }) => {
    provide(token, { needs: {} }, () => {
      throw new TypeError('no');
    });
    tap('contributePod', { needs: { token } }, () => []);
  });
  expect(planOf(await generationOf([peer, broken])).refused?.message).toContain(
    'plugin broken failed to make the service test/broken: no',
  );
});

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

const secret = (id: string, more: Partial<ObjectContribution>): ObjectContribution => ({
  kind: 'object',
  id,
  type: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
  manifest: { apiVersion: 'v1', kind: 'Secret', metadata: { name: id } },
  scope: 'job',
  when: 'before',
  deleteAt: 'job-end',
  source: { plugin: 'a' },
  ...more,
});
const wanting = (name: string, ...objects: readonly ObjectContribution[]): LoadedPlugin =>
  pluginOf(name, ({ tap }) => tap('contributeObject', () => objects));

it.each<[string, readonly LoadedPlugin[], readonly string[]]>([
  [
    'an object of two plugins names both',
    [wanting('a', secret('s', {})), wanting('b', secret('s', {}))],
    ['plugins a and b', 'object s'],
  ],
  [
    'an object of a unit that is not there is refused',
    [wanting('a', secret('s', { scope: { unit: 'lost' } }))],
    ['object s of plugin a', 'the unit lost'],
  ],
  [
    'an object after the whole job’s start is refused',
    [wanting('a', secret('s', { when: 'after' }))],
    ['object s of plugin a', 'give it the unit'],
  ],
])('%s', async (_behaviour, plugins, expected) => {
  const { refused } = planOf(await generationOf([peer, ...plugins]));
  for (const part of expected) expect(refused?.message).toContain(part);
});

/** Two pods, and a plugin whose settings name a scheduler; a service of its own says it louder. */
const twoUnits = (more: readonly LoadedPlugin[]): readonly LoadedPlugin[] => {
  const loud = createToken<string>('test/loud', 'job');
  return [
    peer,
    pluginOf('second', ({ tap }) =>
      tap('planUnits', (units) => units.flatMap((unit) => [unit, { ...unit, id: 'two' }])),
    ),
    pluginOf('scheduler', ({ tap, provide, settings }) => {
      provide(loud, { needs: { settings } }, (given) =>
        String((given.settings.value as { readonly name?: string }).name).toUpperCase(),
      );
      tap('contributePod', { needs: { loud } }, (_unit, _job, given) => [
        set('scheduler', '/spec/schedulerName', given.loud),
      ]);
    }),
    ...more,
  ];
};
const choosing = (unit: string | undefined, name: string): LoadedPlugin =>
  pluginOf(`choosing-${unit ?? 'all'}`, ({ tap }) =>
    tap('overwriteSettings', () => [
      {
        kind: 'setting',
        plugin: 'scheduler',
        ...(unit === undefined ? {} : { unit }),
        path: ['name'],
        value: name,
        source: { plugin: 'scheduler' },
      },
    ]),
  );

it('a setting of one unit changes its pod alone, also through services that depend on it', async () => {
  const plan = planOf(
    await generationOf(twoUnits([choosing('two', 'own'), choosing(undefined, 'common')])),
  );
  expect(plan.refused).toBeNull();
  expect(plan.units.map(({ unit, pod }) => [unit.id, pod.manifest['spec']])).toMatchObject([
    ['job', { schedulerName: 'COMMON' }],
    ['two', { schedulerName: 'OWN' }],
  ]);
});

it('a setting of a unit that is not there is refused', async () => {
  const plan = planOf(await generationOf(twoUnits([choosing('three', 'own')])));
  expect(plan.refused?.message).toContain('the unit three, which the job does not have');
});

/** Two units, of which the second is refused; alone or not. */
const refusing = (alone: boolean): readonly LoadedPlugin[] => [
  peer,
  pluginOf('second', ({ tap }) => {
    tap('planUnits', (units) =>
      units.flatMap((unit) => [unit, { ...unit, id: 'two', title: 'second', refusedAlone: alone }]),
    );
    tap('contributePod', (unit) =>
      unit.id === 'two' ? [{ kind: 'refuse', code: 'test.bad', text: 'it has no image' }] : [],
    );
  }),
];

it('a unit that is refused alone fails by itself; its pod is told about and cannot be made', async () => {
  const plan = planOf(await generationOf(refusing(true)));
  expect(plan.refused).toBeNull();
  expect(plan.units.map(({ unit, refused }) => [unit.id, refused?.message])).toEqual([
    ['job', undefined],
    ['two', 'it has no image'],
  ]);
  expect(plan.units[1]?.pod.manifest['spec']).toEqual({ $millrace: 'refused' });
  expect(plan.log.map(({ text }) => text)).toEqual([
    'second will fail when its turn comes: it has no image',
  ]);
});

it('else the job is refused with it', async () => {
  const plan = planOf(await generationOf(refusing(false)));
  expect([plan.refused?.message, plan.units]).toEqual(['it has no image', []]);
});

it.each([
  ['alone', true, null],
  ['with the job', false, 'the step is wrong'],
])('a refusal of settings that names a unit refuses it %s', async (_how, alone, expected) => {
  const settings = pluginOf('settings', ({ tap }) =>
    tap('overwriteSettings', () => [
      { kind: 'refuse', code: 'test.step', text: 'the step is wrong', unit: 'job' },
    ]),
  );
  const asking = pluginOf('asking', ({ tap }) =>
    tap('planUnits', (units) => units.map((unit) => ({ ...unit, refusedAlone: alone }))),
  );
  const plan = planOf(await generationOf([peer, settings, asking]));
  expect(plan.refused?.message ?? null).toBe(expected);
  expect(plan.units[0]?.refused?.message).toBe(alone ? 'the step is wrong' : undefined);
});
