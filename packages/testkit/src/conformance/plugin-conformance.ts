import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Plugin } from '@millrace/core';
import type { HarnessOptions, PluginUnderTest } from '../harness-options.ts';
import { createPluginHarness, type PluginHarness } from '../plugin-harness.ts';
import { hookFaults } from './hook-faults.ts';
import { keptOpen } from './kept-open.ts';
import { shownSecrets } from './shown-secrets.ts';

/** Any test framework's two words, and what surrounds the plugin. */
export interface ConformanceOptions {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** A configuration and job with which the plugin has something to do. */
  readonly options?: HarnessOptions;
  /** Values in these options that must not be shown; those of masked variables are always among them. */
  readonly secrets?: readonly string[];
}

/**
 * Registers the cases that every plugin must pass. Give options that make the plugin work, else little is proved.
 * @example
 * definePluginConformance(plugin, { describe, it, options: { bindings, toml: '[runners.kubernetes]\ncpu_limit = "1"' } });
 */
export function definePluginConformance(
  plugin: PluginUnderTest,
  { describe, it, options = {}, secrets = [] }: ConformanceOptions,
): void {
  const using = async (
    work: (harness: PluginHarness) => Promise<void> | void,
    given: PluginUnderTest = plugin,
    around: HarnessOptions = options,
  ): Promise<void> => {
    const harness = await createPluginHarness(given, around);
    try {
      await work(harness);
    } finally {
      await harness.dispose();
    }
  };
  const planned = async (given: PluginUnderTest, around: HarnessOptions): Promise<string> => {
    let text = '';
    await using(({ plan }) => void (text = JSON.stringify(plan())), given, around);
    return text;
  };
  describe(`conformance of ${plugin.name}`, () => {
    it('its settings have defaults, so that no configuration is needed', () =>
      using(({ warnings }) => deepEqual(warnings, []), plugin, { ...options, toml: '' }));

    it('an unknown key of its own table is refused by name', async () => {
      const toml = `[runners.millrace.${plugin.configKey}]\n${unknownKey} = true`;
      const refusal = await createPluginHarness(plugin, { ...options, toml }).then(
        async (harness) => {
          await harness.dispose();
          return 'nothing: make the configSchema strict';
        },
        String,
      );
      ok(refusal.includes(unknownKey), `expected an error about ${unknownKey}, got ${refusal}`);
    });

    it('planning twice gives the same bytes', async () => {
      await using(({ plan }) => equal(JSON.stringify(plan()), JSON.stringify(plan())));
      equal(await planned(plugin, options), await planned(plugin, options));
    });

    it('its place among other plugins changes nothing', async () => {
      const beside = options.beside ?? [];
      const last = { ...options, beside: [...beside, plugin] };
      const first = { ...options, beside: [...beside, neighbour] };
      equal(await planned(neighbour, last), await planned(plugin, first));
    });

    it('secrets are marked wherever they stand', () => {
      const hidden = [
        ...secrets,
        ...(options.variables ?? []).flatMap(({ masked, value }) => (masked === true ? value : [])),
      ];
      return using(({ plan }) => deepEqual(shownSecrets(plan(), hidden), []));
    });

    it('its hooks end when they are aborted, and clean up any number of times', () =>
      using(async (harness) => deepEqual(await hookFaults(harness), [])));

    it('disposing lets go of everything', async () => {
      deepEqual(await keptOpen(() => using(({ plan }) => void plan())), []);
    });
  });
}

const unknownKey = 'no_such_key_anywhere';

/** Contributes to a field that nobody else has. */
const neighbour: Plugin = {
  $$type: '@millrace/plugin',
  name: '@millrace/testkit-neighbour',
  apiVersion: '1',
  configKey: 'testkit_neighbour',
  configSchema: {
    '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
  },
  setup: ({ tap }) => {
    tap('contributePod', () => [
      {
        kind: 'field',
        path: '/metadata/annotations/testkit.millrace.dev~1neighbour',
        op: 'set',
        value: 'here',
        source: { plugin: '@millrace/testkit-neighbour' },
      },
    ]);
  },
};
