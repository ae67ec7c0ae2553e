import { readFile } from 'node:fs/promises';
import { formatProblem } from '@millrace/config';
import {
  isRunnerError,
  RunnerError,
  type FailureReason,
  type JobRequest,
  type JsonObject,
  type Logger,
} from '@millrace/core';
import { makePlan, refuseMissing } from '@millrace/engine';
import { explainJson, explainTable } from '@millrace/pod-draft';
import { gitlabFailure } from '@millrace/gitlab-job';
import { readClusterFacts } from '../config/cluster-facts.ts';
import { openGeneration } from '../config/open-generation.ts';
import { readRunnerConfig } from '../config/runner-config.ts';

/** Options of `explain`, as parsed. */
export interface ExplainOptions {
  readonly config: string;
  readonly runner?: string;
  readonly job: string;
  readonly clusterFacts?: string;
  readonly systemId: string;
  readonly seed: string;
  readonly now?: string;
  readonly showSecrets: boolean;
  readonly format: 'table' | 'json';
}

/** Where a command writes, and what ends it. */
export interface CommandContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly color: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Prints the objects that a job would create, without a cluster.
 * @returns exit code: 0, or 1 when the job is refused
 */
export async function explain(
  options: ExplainOptions,
  { stdout, stderr, color, logger, signal }: CommandContext,
): Promise<number> {
  const config = await readRunnerConfig(options.config, options.runner, { signal });
  const payload = await readPayload(options.job, signal);
  const now = options.now === undefined ? Date.now() : Date.parse(options.now);
  if (Number.isNaN(now))
    throw new RunnerError(`--now ${options.now ?? ''} is not a time`, {
      code: 'MILLRACE_E_ARGUMENT',
      kind: 'config',
      hint: 'write it as 2026-01-31T12:00:00Z',
    });
  const generation = await openGeneration(config, 'git', { logger, signal });
  try {
    for (const warning of generation.warnings) stderr.write(`${formatProblem(warning)}\n`);
    const request: JobRequest = {
      id: jobIdOf(payload),
      payload,
      runner: {
        name: config.name,
        token: config.token,
        id: 'explain',
        systemId: options.systemId,
        serverUrl: config.url,
        slot: 0,
      },
    };
    const facts = await readClusterFacts(options.clusterFacts, { signal });
    const plan = refuseMissing(
      makePlan(generation, request, { facts, seed: Number(options.seed), now }),
      ({ type, name }) => facts.missing.includes(`${type.plural}/${name}`),
    );
    const output =
      options.format === 'json'
        ? JSON.stringify(
            explainJson(plan, { showSecrets: options.showSecrets, failureReason }),
            undefined,
            2,
          )
        : explainTable(plan, { color, showSecrets: options.showSecrets, failureReason });
    stdout.write(`${output}\n`);
    return plan.refused === null ? 0 : 1;
  } finally {
    await generation.dispose();
  }
}

/** Refusals are told in the peer’s words. */
const failureReason = (reason: FailureReason): string => gitlabFailure(reason).reason;

async function readPayload(file: string, signal: AbortSignal): Promise<JsonObject> {
  try {
    const value: unknown = JSON.parse(await readFile(file, { encoding: 'utf8', signal }));
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('it is not a JSON object');
    return value as JsonObject;
  } catch (cause) {
    if (isRunnerError(cause)) throw cause;
    throw new RunnerError(
      `the job ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'MILLRACE_E_PAYLOAD',
        kind: 'config',
        hint: '--job takes the answer of the GitLab API to a job request, as a JSON file',
        cause,
      },
    );
  }
}

function jobIdOf({ id }: JsonObject): string {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : 'explain';
}
