import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '@millrace/async';
import type { JobRequest, JsonObject } from '@millrace/core';
import { createGeneration, makePlan, type LoadedPlugin } from '@millrace/engine';
import { silentLogger } from '@millrace/testkit';
import { agentConfig } from '@millrace/woodpecker-compat/agent-config';
import { builtInPlugins } from '@millrace/woodpecker-compat/composition';
import { expect, it } from 'vitest';
import { seededDice } from '../recorded/dice.ts';
import { recordedWorkflows, type RecordedWorkflow } from './recorded-workflow.ts';

const { signal } = new AbortController();
const plugins = builtInPlugins({ hostname: 'golden-agent', platform: 'linux/amd64' });

async function planWith(
  builtIn: readonly LoadedPlugin[],
  { folder, environment }: RecordedWorkflow,
): Promise<string> {
  const { table, problems } = agentConfig({ environment, flags: {} });
  expect(problems).toEqual([]);
  const generation = await createGeneration({
    builtIn,
    references: [],
    folder: '.',
    table,
    logger: silentLogger,
    clock: createSystemClock(),
    metrics: { count: () => undefined, observe: () => undefined },
    subject: 'the environment',
    signal,
  });
  try {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as JsonObject;
    const request: JobRequest = {
      id: '1',
      payload: { id: '1', timeout: 60, config },
      runner: { name: 'r', token: '', id: 'r', systemId: '', serverUrl: '', slot: 0 },
    };
    const facts = { version: { major: '1', minor: '34', gitVersion: '' }, allows: () => true };
    return JSON.stringify(makePlan(generation, request, { facts, seed: 1, now: 0 }));
  } finally {
    await generation.dispose();
  }
}

/** Cases in which several plugins touch the same parts of a pod. */
const crowded = ['033-', '037-', '061-', '065-', '077-', '097-', '105-', '137-'];
const cases = recordedWorkflows().filter(({ name }) => crowded.includes(name.slice(0, 4)));

it.each(cases.map((recorded) => [recorded.name, recorded] as const))(
  'the order of plugins changes nothing in %s',
  async (name, recorded) => {
    const usual = await planWith(plugins, recorded);
    const dice = seededDice(name);
    for (let round = 0; round < 3; round += 1)
      expect(await planWith(dice.shuffle(plugins), recorded)).toBe(usual);
  },
);
