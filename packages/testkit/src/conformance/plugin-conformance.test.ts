import type { JsonObject, Plugin, SetupContext } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { definePluginConformance } from './plugin-conformance.ts';

type Setup = (context: SetupContext<JsonObject, Readonly<Record<never, never>>>) => void;

const pluginOf = (setup: Setup, strict = true): Plugin =>
  ({
    $$type: '@millrace/plugin',
    name: 'acme',
    apiVersion: '1',
    configKey: 'acme',
    configSchema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: JsonObject) => {
          const unknown = Object.keys(value).find((key) => key !== 'zone');
          return strict && unknown !== undefined
            ? { issues: [{ message: `unknown key ${unknown}`, path: [unknown] }] }
            : { value };
        },
      },
    },
    setup,
  }) as Plugin;
const field = (value: string, more: object = {}) => ({
  kind: 'field' as const,
  path: '/metadata/annotations/acme',
  op: 'set' as const,
  value,
  source: { plugin: 'acme' },
  ...more,
});
const options = { variables: [{ key: 'TOKEN', value: 'hush-hush', masked: true }] };

const good = pluginOf(({ tap, onDispose }) => {
  const timer = setInterval(() => undefined, 1_000);
  onDispose(() => clearInterval(timer));
  tap('contributePod', () => [field('hush-hush', { secret: true })]);
  tap('beforeStage', (_stage, _unit, { signal }) => {
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return promise;
  });
  tap('cleanup', () => Promise.resolve());
});

definePluginConformance(good, { describe, it, options });

/** Runs the kit over a plugin and gives the names of the cases that fail. */
async function failures(plugin: Plugin): Promise<readonly string[]> {
  const cases: (readonly [string, () => Promise<void>])[] = [];
  definePluginConformance(plugin, {
    describe: (_name, body) => body(),
    it: (name, body) => void cases.push([name, body]),
    options,
  });
  const failed: string[] = [];
  for (const [name, body] of cases) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

let counter = 0;
it.each<[string, Plugin, string]>([
  [
    'settings without strictness',
    pluginOf(() => undefined, false),
    'an unknown key of its own table is refused by name',
  ],
  [
    'memory',
    pluginOf(({ tap }) => tap('contributePod', () => [field(String((counter += 1)))])),
    'planning twice gives the same bytes',
  ],
  [
    'an open secret',
    pluginOf(({ tap }) => tap('contributePod', () => [field('the hush-hush')])),
    'secrets are marked wherever they stand',
  ],
  [
    'a hook that never ends',
    pluginOf(({ tap }) => tap('runStage', () => new Promise(() => undefined))),
    'its hooks end when they are aborted, and clean up any number of times',
  ],
  [
    'a clean-up for one time only',
    pluginOf(({ tap }) => {
      let done = false;
      tap('cleanup', async () => {
        if (done) throw new Error('done before');
        done = true;
      });
    }),
    'its hooks end when they are aborted, and clean up any number of times',
  ],
  [
    'a timer',
    pluginOf(() => void setInterval(() => undefined, 1_000)),
    'disposing lets go of everything',
  ],
])('a plugin with %s is found out', async (_fault, plugin, expected) => {
  expect(await failures(plugin)).toContain(expected);
});

it('a good plugin fails nothing', async () => {
  expect(await failures(good)).toEqual([]);
});
