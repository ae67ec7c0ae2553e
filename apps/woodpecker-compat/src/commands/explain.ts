import { hostname as ownHostname } from 'node:os';
import { formatProblem } from '@millrace/config';
import {
  isRunnerError,
  RunnerError,
  type ClusterFacts,
  type JobRequest,
  type Plan,
} from '@millrace/core';
import { makePlan } from '@millrace/engine';
import { woodpeckerLabelValue } from '@millrace/kube-objects';
import { explainJson, explainTable, firstAttempt, type Explanation } from '@millrace/pod-draft';
import { agentConfig } from '../config/agent-config.ts';
import { openGeneration } from '../config/open-generation.ts';
import { ownPlatform } from '../config/own-platform.ts';
import { readEnvironmentFile, readJsonObject } from '../config/read-files.ts';
import type { CommandContext } from './command-context.ts';

/** Options of `explain`, as parsed. */
export interface ExplainOptions {
  readonly workflow: string;
  readonly task?: string;
  readonly envFile?: string;
  readonly platform?: string;
  readonly seed: string;
  readonly now?: string;
  readonly showSecrets: boolean;
  readonly format: 'table' | 'json';
}

/** Without a cluster: a version and all rights. */
const facts: ClusterFacts = {
  version: { major: '1', minor: '34', gitVersion: 'v1.34.0' },
  allows: () => true,
};

/**
 * Prints the objects that a workflow would create, without a cluster.
 * @returns exit code: 0, or 1 when the workflow is refused or the environment is wrong
 */
export async function explain(options: ExplainOptions, context: CommandContext): Promise<number> {
  const { stdout, color } = context;
  const now = timeOf(options.now);
  try {
    const plan = firstAttempt(await planOf(options, now, context), now);
    const shown = { showSecrets: options.showSecrets };
    stdout.write(
      options.format === 'json'
        ? jsonText(explainJson(plan, shown))
        : `${explainTable(plan, { ...shown, color })}\n`,
    );
    return plan.refused === null ? 0 : 1;
  } catch (thrown) {
    if (options.format !== 'json' || !isRunnerError(thrown) || thrown.kind !== 'config')
      throw thrown;
    const { reason, message, hint } = thrown;
    stdout.write(
      jsonText({
        objects: [],
        decisions: [],
        provenance: {},
        refused: { reason, message: hint === undefined ? message : `${message} (${hint})` },
        log: [],
      }),
    );
    return 1;
  }
}

async function planOf(
  options: ExplainOptions,
  now: number,
  { environment, flags, stderr, logger, signal }: CommandContext,
): Promise<Plan> {
  const given =
    options.envFile === undefined
      ? environment
      : await readEnvironmentFile(options.envFile, { signal });
  const request = await requestOf(options, signal);
  const config = agentConfig({ environment: given, flags });
  const generation = await openGeneration(
    config,
    {
      hostname: config.agent.text('hostname') || ownHostname(),
      platform: options.platform ?? ownPlatform(),
    },
    { logger, signal },
  );
  try {
    for (const warning of generation.warnings) stderr.write(`${formatProblem(warning)}\n`);
    return makePlan(generation, request, { facts, seed: Number(options.seed), now });
  } finally {
    await generation.dispose();
  }
}

async function requestOf(options: ExplainOptions, signal: AbortSignal): Promise<JobRequest> {
  const config = await readJsonObject(options.workflow, 'workflow', { signal });
  const task =
    options.task === undefined ? {} : await readJsonObject(options.task, 'task', { signal });
  const { task_uuid: uuid = '1', timeout = 0 } = task;
  const id = typeof uuid === 'string' ? uuid : JSON.stringify(uuid);
  return {
    id: woodpeckerLabelValue(id) || 'explain',
    payload: { id, timeout, config },
    runner: {
      name: 'explain',
      token: '',
      id: 'explain',
      systemId: '',
      serverUrl: '',
      slot: 0,
    },
  };
}

function timeOf(text: string | undefined): number {
  const now = text === undefined ? Date.now() : Date.parse(text);
  if (Number.isNaN(now))
    throw new RunnerError(`--now ${text ?? ''} is not a time`, {
      code: 'MILLRACE_E_ARGUMENT',
      kind: 'user',
      hint: 'write it as 2026-01-31T12:00:00Z',
    });
  return now;
}

const jsonText = (explanation: Explanation): string =>
  `${JSON.stringify(explanation, undefined, 2)}\n`;
