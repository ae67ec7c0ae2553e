import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFakeClock } from '@millrace/async';
import type { JobRequest, JsonObject, Plan } from '@millrace/core';
import { createGeneration, makePlan, type Generation, type LoadedPlugin } from '@millrace/engine';
import { builtInPlugins } from '@millrace/gitlab-compat/composition';
import { runnerConfig, type RunnerConfig } from '@millrace/gitlab-compat/runner-config';
import { silentLogger } from '@millrace/testkit';
import { explainInputs, inCaseFolder } from './explain-case.ts';
import type { RecordedCase } from './recorded-case.ts';

/** A planned job, ready for an executor. */
export interface PlannedCase {
  readonly generation: Generation;
  readonly plan: Plan;
}

/** Changes to how a case is planned. */
export interface PlanCaseOptions {
  /** The app's plugins in another order, for example. */
  readonly compose?: (plugins: readonly LoadedPlugin[]) => readonly LoadedPlugin[];
  readonly signal: AbortSignal;
}

/** Plans a recorded case as `explain` does, with the same inputs. The caller disposes of the generation. */
export async function planCase(
  recorded: RecordedCase,
  { compose = (same) => same, signal }: PlanCaseOptions,
): Promise<PlannedCase> {
  return await inCaseFolder(recorded, async (folder) => {
    const text = await readFile(join(folder, 'config.toml'), 'utf8');
    // Named without its folder, which is another one each time and would be in the sources.
    const config: RunnerConfig = { ...runnerConfig(text, 'config.toml', undefined), folder };
    const payload = JSON.parse(await readFile(join(folder, 'job.json'), 'utf8')) as JsonObject;
    const generation = await openGeneration(config, compose(builtInPlugins('git')), signal);
    return { generation, plan: planJob(generation, config, payload) };
  });
}

/** Plans jobs of one configuration, given as text. */
export async function openRunner(
  toml: string,
  signal: AbortSignal,
): Promise<{
  readonly plan: (payload: JsonObject) => Plan;
  readonly dispose: () => Promise<void>;
}> {
  const config = runnerConfig(toml, 'config.toml', undefined);
  const generation = await openGeneration(config, builtInPlugins('git'), signal);
  return {
    plan: (payload) => planJob(generation, config, payload),
    dispose: generation.dispose,
  };
}

const openGeneration = (
  { folder, table, file, plugins: references }: RunnerConfig,
  builtIn: readonly LoadedPlugin[],
  signal: AbortSignal,
): Promise<Generation> =>
  createGeneration({
    builtIn,
    references,
    folder,
    table,
    logger: silentLogger,
    clock: createFakeClock(),
    metrics: { count: () => undefined, observe: () => undefined },
    subject: file,
    signal,
  });

function planJob(
  generation: Generation,
  { name, token, url }: RunnerConfig,
  payload: JsonObject,
): Plan {
  const { systemId, seed, now } = explainInputs;
  const request: JobRequest = {
    id: JSON.stringify(payload['id']),
    payload,
    runner: { name, token, id: 'explain', systemId, serverUrl: url, slot: 0 },
  };
  return makePlan(generation, request, {
    facts: { version: { major: '1', minor: '34', gitVersion: 'v1.34.0' }, allows: () => true },
    seed: Number(seed),
    now: Date.parse(now),
  });
}
