import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createToken,
  defineBinding,
  isRunnerError,
  LoggerToken,
  SettingError,
  type JsonObject,
  type StandardSchema,
} from '@millrace/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generationOf, peer, planOf, pluginOf, silent } from './plan.test.helper.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-plugin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing failed',
    (error: unknown) =>
      isRunnerError(error) ? `${error.message} ${error.hint ?? ''}` : String(error),
  );
const reference = (
  name: string,
): { readonly name: string; readonly path: readonly (string | number)[] } => ({
  name,
  path: ['runners', 0, 'millrace', 'plugins', 0],
});

it('a circle of job services is printed as a path before anything is set up for a job', async () => {
  const [a, b, c] = ['test/a', 'test/b', 'test/c'].map((id) => createToken<number>(id, 'job'));
  if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable');
  const circle = pluginOf('circle', ({ provide }) => {
    provide(a, { needs: { b } }, (needs) => needs.b);
    provide(b, { needs: { c } }, (needs) => needs.c);
    provide(c, { needs: { a } }, (needs) => needs.a);
  });
  expect(await failure(generationOf([peer, circle]))).toContain(
    'test/a → test/b → test/c → test/a',
  );
});

it('a service that nobody offers is named with the plugin that needs it', async () => {
  const lost = createToken<number>('test/lost', 'job');
  const needy = pluginOf('needy', ({ tap }) => tap('contributePod', { needs: { lost } }, () => []));
  expect(await failure(generationOf([peer, needy]))).toContain(
    'the contributePod hook of plugin needy needs the service test/lost',
  );
});

it.each(['beforeStage', 'classifyPod', 'cleanup', 'jobFinished'] as const)(
  'a %s hook that needs a service of a job is refused at boot, because a recorded plan has none',
  async (hook) => {
    const needy = pluginOf('needy', ({ tap, settings }) =>
      tap(hook as 'cleanup', { needs: { settings } }, () => Promise.resolve()),
    );
    expect(await failure(generationOf([peer, needy]))).toContain(
      `the ${hook} hook of plugin needy needs the service needy/settings, which exists only while a job is planned`,
    );
  },
);

it('a service of the generation is there for running hooks and for the setup of later plugins', async () => {
  const token = createToken<string>('test/generation', 'generation');
  let inSetup = '';
  const generation = await generationOf([
    peer,
    pluginOf('a', ({ provide }) => provide(token, { needs: {} }, () => 'made')),
    pluginOf(
      'b',
      ({ deps, tap }) => {
        inSetup = (deps as { readonly token: string }).token;
        tap('cleanup', { needs: { token } }, () => Promise.resolve());
      },
      { deps: { token } },
    ),
  ]);
  expect(inSetup).toBe('made');
  expect(generation.resolve({ token })).toEqual({ token: 'made' });
});

it('each plugin’s logger is bound to it', async () => {
  const bound: unknown[] = [];
  const logging = (name: string): ReturnType<typeof pluginOf> =>
    pluginOf(name, ({ tap }) =>
      tap('contributePod', { needs: { logger: LoggerToken } }, (_unit, _job, { logger }) => {
        bound.push((logger as unknown as { readonly bound: unknown }).bound);
        return [];
      }),
    );
  const logger = Object.assign({}, silent, {
    child: (fields: object) => Object.assign({}, silent, { bound: fields }),
  });
  planOf(await generationOf([peer, logging('a'), logging('b')], '', [], '.', logger));
  expect(bound).toEqual([{ plugin: 'a' }, { plugin: 'b' }]);
});

it('hooks that never settled are named when the generation ends', async () => {
  const warned: unknown[] = [];
  const logger = Object.assign({}, silent, {
    warn: (_message: string, fields: unknown) => void warned.push(fields),
  });
  const hanging = pluginOf('hanging', ({ tap }) =>
    tap('jobFinished', () => new Promise<void>(() => undefined)),
  );
  const generation = await generationOf([peer, hanging], '', [], '.', logger);
  const { signal } = new AbortController();
  void generation.hooks.observe('jobFinished', [], { signal, jobId: '1' }, generation.resolve);
  await generation.dispose();
  expect(warned).toEqual([{ hooks: ['hanging (jobFinished)'] }]);
});

it('a service may not depend on one that lives shorter', async () => {
  const short = createToken<number>('test/short', 'job');
  const long = createToken<number>('test/long', 'generation');
  const wrong = pluginOf('wrong', ({ provide }) => {
    provide(short, { needs: {} }, () => 1);
    provide(long, { needs: { short } }, (needs) => needs.short);
  });
  expect(await failure(generationOf([peer, wrong]))).toContain('which lives shorter');
});

it.each<[string, string, string]>([
  ['a plugin that is missing', '', 'the plugin ./plugin.mjs is not there'],
  [
    'a plugin of another API version',
    `export const plugin = { $$type: '@millrace/plugin', name: 'x', apiVersion: '9', configKey: 'x', configSchema: { '~standard': {} }, setup() {} };`,
    'is made for plugin API 9, this is 1',
  ],
  [
    'a plugin that throws while it is loaded',
    'throw new Error("bad start");',
    'cannot be loaded: bad start',
  ],
  ['a module without a plugin', 'export const other = 1;', 'does not export a plugin'],
])('%s is refused by name', async (_behaviour, text, expected) => {
  if (text !== '') await writeFile(join(folder, 'plugin.mjs'), text);
  expect(await failure(generationOf([peer], '', [reference('./plugin.mjs')], folder))).toContain(
    expected,
  );
});

it('a plugin that throws in its setup is named', async () => {
  const broken = pluginOf('broken', () => {
    throw new Error('no database');
  });
  expect(await failure(generationOf([peer, broken]))).toContain(
    'plugin broken failed in its setup: no database',
  );
});

it('a plugin is loaded by path, as a plain object without imports, with its bindings', async () => {
  await writeFile(
    join(folder, 'plugin.mjs'),
    `export const plugin = { $$type: '@millrace/plugin', name: 'acme', apiVersion: '1', configKey: 'acme',
      configSchema: { '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value: { zone: 'none', ...value } }) } },
      setup({ tap, settings }) { tap('contributePod', { needs: { settings } }, (unit, job, { settings }) => [
        { kind: 'field', path: '/metadata/labels/zone', op: 'set', value: settings.value.zone, source: settings.source(['zone']) } ]); } };
    export const bindings = [{ $$type: '@millrace/binding', peer: 'gitlab', plugin: 'acme', rows: [{ key: 'acme_zone', path: 'zone', form: 'string', doc: 'Zone.' }] }];`,
  );
  const generation = await generationOf(
    [peer],
    '[runners.kubernetes]\nacme_zone = "north"\n',
    [reference('./plugin.mjs')],
    folder,
  );
  const { manifest, provenance } = planOf(generation).units[0]?.pod ?? {};
  expect(manifest?.metadata.labels).toMatchObject({ zone: 'north' });
  expect(provenance?.['/metadata/labels/zone']).toEqual([
    { plugin: 'acme', source: 'runners.kubernetes.acme_zone (config.toml:3)', value: 'north' },
  ]);
  await generation.dispose();
});

const strict: StandardSchema<unknown, JsonObject> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { zone = 'none', ...rest } = (value ?? {}) as JsonObject;
      const unknown = Object.keys(rest);
      if (unknown.length > 0)
        return {
          issues: [
            Object.assign(
              { message: `Unrecognized keys`, path: [] },
              { code: 'unrecognized_keys', keys: unknown },
            ),
          ],
        };
      return typeof zone === 'string'
        ? { value: { zone } }
        : { issues: [{ message: 'expected a string', path: ['zone'] }] };
    },
  },
};
const binding = defineBinding({
  peer: 'gitlab',
  plugin: 'acme',
  rows: [
    {
      key: 'acme_zone',
      path: 'zone',
      form: 'string',
      doc: 'Zone.',
      convert: (value) => {
        if (value === 'moon') throw new SettingError('"moon" is no zone', 'use north or south');
        return value;
      },
    },
  ],
  unsupported: [
    { key: 'acme_rocket', answer: 'refuse', doc: 'rockets are not built yet' },
    { key: 'acme_boat', answer: 'warn', doc: 'boats do nothing yet' },
  ],
});
const acme = pluginOf('acme', () => undefined, { configSchema: strict }, [binding]);

it.each<[string, string, readonly string[]]>([
  [
    'a wrong type names file, line and key',
    '[runners.kubernetes]\nacme_zone = 5',
    ['config.toml:3', 'acme_zone', 'must be a string, not the number 5'],
  ],
  [
    'a value without meaning names the hint',
    '[runners.kubernetes]\nacme_zone = "moon"',
    ['config.toml:3', '"moon" is no zone', 'use north or south'],
  ],
  [
    'an unknown key of our own table is an error with a suggestion',
    '[runners.millrace.acme]\nzome = "x"',
    ['config.toml:3', 'zome', 'did you mean "zone"?'],
  ],
  [
    'an own table of no plugin is an error with a suggestion',
    '[runners.millrace.acne]\n',
    ['config.toml:2', 'no loaded plugin has this table', 'did you mean "acme"?'],
  ],
  [
    'one setting from both tables names both lines',
    '[runners.kubernetes]\nacme_zone = "a"\n[runners.millrace.acme]\nzone = "b"',
    ['config.toml:5', 'sets the same as runners.kubernetes.acme_zone (config.toml:3)'],
  ],
  [
    'a known key that is not supported is refused by name',
    '[runners.kubernetes]\nacme_rocket = true',
    ['config.toml:3', 'is not supported yet', 'rockets are not built yet'],
  ],
  [
    'all errors are told at once',
    '[runners.kubernetes]\nacme_zone = 5\nacme_rocket = true',
    ['has 2 problems', 'acme_zone', 'acme_rocket'],
  ],
])('%s', async (_behaviour, toml, expected) => {
  const message = await failure(generationOf([peer, acme], toml));
  for (const part of expected) expect(message).toContain(part);
});

it.each<[string, string, readonly string[]]>([
  [
    'an unknown key of the peer’s table is a warning with a suggestion',
    '[runners.kubernetes]\nacme_zoen = "x"',
    ['acme_zoen', 'did you mean "acme_zone"?'],
  ],
  [
    'a key without effect is a warning by name',
    '[runners.kubernetes]\nacme_boat = true',
    ['acme_boat', 'boats do nothing yet'],
  ],
])('%s', async (_behaviour, toml, expected) => {
  const { warnings } = await generationOf([peer, acme], toml);
  for (const part of expected)
    expect(JSON.stringify(warnings).replaceAll('\\"', '"')).toContain(part);
});

it('keys match as the peer matches them, ignoring case', async () => {
  const generation = await generationOf([peer, acme], '[runners.kubernetes]\nACME_Zone = "north"');
  expect(generation.settings.settings.get('acme')?.value).toEqual({ zone: 'north' });
  expect(generation.warnings).toEqual([]);
});
