import type { Plan } from '@millrace/core';
import { expect, it } from 'vitest';
import type { LoadedPlugin } from '../plugins/load-plugins.ts';
import { whyNotAdopted } from './give-up.ts';

const plan: Plan = {
  version: 1,
  job: {
    id: '1',
    name: '',
    namespace: '',
    timeoutSeconds: 1,
    masks: [],
    plugins: [{ name: 'acme', apiVersion: '1' }],
  },
  units: [],
  objects: [],
  preconditions: [],
  decisions: [],
  log: [],
  refused: null,
  facts: [],
};
const loaded = (name: string, apiVersion: string): LoadedPlugin => ({
  plugin: {
    $$type: '@millrace/plugin',
    name,
    apiVersion,
    configKey: name,
    configSchema: { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } },
    setup: () => undefined,
  },
  origin: 'test',
  bindings: [],
});

it('a job is adopted by the plugins that planned it, and others may be there', () => {
  expect(whyNotAdopted({ plan }, [loaded('other', '1'), loaded('acme', '1')])).toBeUndefined();
});

it.each([
  ['is missing', []],
  ['has another API version', [loaded('acme', '2')]],
])('a job of which a plugin %s is not adopted, and the plugin is named', (_what, plugins) => {
  expect(whyNotAdopted({ plan }, plugins)).toMatchObject({
    code: 'MILLRACE_E_NOT_ADOPTED',
    reason: 'not_adopted',
    message: expect.stringContaining('acme (API 1)'),
  });
});

it('a job of which only a reduced record was kept is not adopted', () => {
  expect(whyNotAdopted({ plan, reduced: true }, [loaded('acme', '1')])).toMatchObject({
    code: 'MILLRACE_E_NOT_ADOPTED',
    message: expect.stringContaining('too large'),
  });
});
