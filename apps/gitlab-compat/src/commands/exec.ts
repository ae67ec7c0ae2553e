import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createSystemClock, systemRandom } from '@millrace/async';
import type { Interruption } from '@millrace/command-line';
import { formatProblem } from '@millrace/config';
import { RunnerError, type JobResult, type Plan } from '@millrace/core';
import {
  createExecutor,
  makePlan,
  memoryStore,
  type Executor,
  type Generation,
} from '@millrace/engine';
import {
  decideJob,
  jobPayload,
  loadPipeline,
  outcomeOf,
  type FinishedJob,
  type JobOutcome,
  type Pipeline,
  type PipelineJob,
} from '@millrace/gitlab-ci';
import { createJobTrace } from '@millrace/gitlab-job';
import {
  gitFacts,
  openLocalCluster,
  ownFolder,
  sourceFiles,
  type LocalCluster,
} from '@millrace/local-jobs';
import { openGeneration } from '../config/open-generation.ts';
import { localRunnerConfig } from '../config/local-runner-config.ts';
import { artifactFolder, type ArtifactFolder } from '../local/artifacts.ts';
import { jobTransfers } from '../local/job-transfers.ts';
import { presentedRevision, presentedVersion } from '../presented-version.ts';
import { openJobView } from '../terminal/job-view.ts';
import { summarize } from '../terminal/job-summary.ts';
import type { CommandContext } from './explain.ts';

/** Options of `exec`, as parsed. */
export interface ExecOptions {
  readonly file: string;
  readonly job?: string;
  readonly config?: string;
  readonly runner?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly namespaces: 'auto' | 'off';
  readonly images?: string;
  readonly environment: NodeJS.ProcessEnv;
}

interface Session {
  readonly options: ExecOptions;
  readonly context: CommandContext;
  readonly signals: Interruption;
  readonly pipeline: Pipeline;
  readonly folder: string;
  readonly sources: readonly string[];
  readonly artifacts: ArtifactFolder;
  readonly cluster: LocalCluster;
  readonly generation: Generation;
  readonly executor: Executor;
  readonly runnerId: string;
}

/**
 * Runs one job of a local pipeline file, or all of them in order, on an embedded cluster or the one of a kubeconfig.
 * @returns exit code: the script's own, 1 for other failures, 130 when canceled
 */
export async function exec(
  options: ExecOptions,
  context: CommandContext,
  signals: Interruption,
): Promise<number> {
  const { signal } = context;
  const file = resolve(options.file);
  const folder = dirname(file);
  const git = await gitFacts(folder, { signal });
  const pipeline = loadPipeline({
    text: await readPipeline(file, options.file, signal),
    file: options.file,
    git,
    variables: options.variables,
    ...(options.job === undefined ? {} : { job: options.job }),
  });
  for (const warning of pipeline.warnings) context.stderr.write(`${formatProblem(warning)}\n`);
  for (const note of pipeline.notes) context.stderr.write(`note: ${note}\n`);
  const clock = createSystemClock();
  const cluster = await openLocalCluster({
    ...options,
    userAgent: `millrace-gitlab ${presentedVersion}`,
    logger: context.logger,
    signal,
  });
  const runnerId = `exec-${systemRandom().name(8)}`;
  try {
    context.stderr.write(`running on ${cluster.description}\n`);
    for (const limit of cluster.limits) context.stderr.write(`note: ${limit}\n`);
    const config = await localRunnerConfig(options, cluster.mountPrefix, { signal });
    const generation = await openGeneration(config, 'transfer', {
      logger: context.logger,
      signal,
    });
    for (const warning of generation.warnings) context.stderr.write(`${formatProblem(warning)}\n`);
    const executor = createExecutor({
      api: cluster.api,
      accessAs: (credential) => {
        const api = cluster.accessAs(credential);
        return { api, close: api.close };
      },
      store: memoryStore(),
      clock,
      logger: context.logger,
      runnerId,
    });
    const session: Session = {
      options,
      context,
      signals,
      pipeline,
      folder,
      sources: await sourceFiles(folder, { signal }),
      artifacts: artifactFolder(join(folder, ownFolder, 'artifacts')),
      cluster,
      generation,
      executor,
      runnerId,
    };
    try {
      return await runJobs(session);
    } finally {
      executor.dispose();
      await generation.dispose();
    }
  } finally {
    await cluster.close();
  }
}

async function runJobs(session: Session): Promise<number> {
  const { pipeline, options, signals } = session;
  const wanted =
    options.job === undefined
      ? pipeline.jobs
      : pipeline.jobs.filter(({ name }) => name === options.job);
  const outcomes = new Map<string, JobOutcome>();
  let exitCode = 0;
  for (const [index, job] of wanted.entries()) {
    if (signals.cancel.aborted) break;
    if (options.job === undefined && decideJob(job, outcomes) === 'skip') {
      session.context.stderr.write(`${job.name}: skipped\n`);
      outcomes.set(job.name, 'skipped');
      continue;
    }
    const result = await runJob(session, job, index + 1);
    const code = exitCodeOf(result);
    const outcome = outcomeOf(job, code);
    outcomes.set(job.name, outcome);
    if (outcome === 'failed' && exitCode === 0) exitCode = code;
  }
  return signals.cancel.aborted ? 130 : exitCode;
}

async function runJob(session: Session, job: PipelineJob, id: number): Promise<JobResult> {
  const { context, cluster, generation, executor, pipeline, signals } = session;
  const before = cluster.api.requests();
  const payload = jobPayload(pipeline, job.name, {
    id,
    token: '',
    finished: await finishedJobs(session, job),
  });
  const runner = {
    name: 'millrace exec',
    token: 'local',
    id: session.runnerId,
    systemId: 'local',
    serverUrl: 'http://localhost',
    slot: 0,
  };
  const plan: Plan = makePlan(
    generation,
    { id: `${session.runnerId}-${id}`, payload, runner },
    {
      facts: { version: { major: '1', minor: '34', gitVersion: 'v1.34.0' }, allows: () => true },
      seed: Date.now() % 2 ** 31,
      now: Date.now(),
    },
  );
  const view = openJobView(context.stdout, context.color);
  const trace = createJobTrace({
    runnerName: runner.name,
    version: presentedVersion,
    revision: presentedRevision,
    shortToken: 'local',
    systemId: runner.systemId,
    timestamps: false,
    executorName: 'kubernetes',
    write: view.write,
  });
  const transfers = jobTransfers(
    job.name,
    payload,
    session.folder,
    session.sources,
    session.artifacts,
  );
  const result = await executor.run({
    generation,
    plan,
    emit: trace.handle,
    transfers,
    cancel: signals.cancel,
    abort: signals.abort,
  });
  await view.end();
  const after = cluster.api.requests();
  const counts = {
    requests: after.requests - before.requests - (after.watches - before.watches),
    upgrades: after.upgrades - before.upgrades,
    watches: after.watches - before.watches,
  };
  context.stderr.write(`\n${summarize(job.name, result, counts, context.color)}\n`);
  return result;
}

async function finishedJobs(
  { pipeline, artifacts, context, options }: Session,
  job: PipelineJob,
): Promise<readonly FinishedJob[]> {
  const finished: FinishedJob[] = [];
  for (const [index, name] of job.artifactsFrom.entries()) {
    const size = await artifacts.size(name);
    const producer = pipeline.jobs.find((candidate) => candidate.name === name);
    if (size === undefined && producer?.artifacts !== undefined)
      context.stderr.write(
        `warning: ${job.name} wants the artifacts of ${name}, which has left none${options.job === undefined ? '' : `: run ${name} first`}\n`,
      );
    finished.push({
      name,
      id: index + 1,
      token: '',
      ...(size === undefined ? {} : { artifactsFile: { filename: `${name}.tar`, size } }),
    });
  }
  return finished;
}

function exitCodeOf({ outcome }: JobResult): number {
  if (outcome.kind === 'failure') return outcome.exitCode ?? 1;
  return outcome.kind === 'canceled' ? 130 : 0;
}

async function readPipeline(file: string, given: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (cause) {
    throw new RunnerError(
      `the pipeline file ${given} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'MILLRACE_E_PIPELINE_UNREADABLE',
        kind: 'config',
        hint: `run the command where ${basename(given)} is, or give its path with --file`,
        cause,
      },
    );
  }
}
