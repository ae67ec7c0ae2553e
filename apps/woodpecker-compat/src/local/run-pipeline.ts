import type { Interruption } from '@millrace/command-line';
import { RunnerError, type Clock, type JobResult, type JsonObject } from '@millrace/core';
import { makePlan, type Executor, type Generation, type KnownFacts } from '@millrace/engine';
import { sourcesTar, type LocalCluster } from '@millrace/local-jobs';
import { workflowFacts } from '@millrace/woodpecker-job';
import {
  decideWorkflow,
  type CompiledPipeline,
  type CompiledWorkflow,
  type WorkflowOutcome,
} from '@millrace/woodpecker-pipeline';
import type { CommandContext } from '../commands/command-context.ts';
import { openWorkflowView } from '../terminal/workflow-view.ts';
import { belowPrefix } from './below-prefix.ts';
import { newUlid } from './new-ulid.ts';

/** Name of the transfer with the files of the folder. */
export const sourcesTransfer = 'sources';

/** A pipeline and everything that it runs with. */
export interface LocalRun {
  readonly pipeline: CompiledPipeline;
  /** Name of the one workflow to run, whatever it waits for. */
  readonly only?: string;
  readonly timeoutMinutes: number;
  readonly folder: string;
  /** Files of the folder. */
  readonly sources: readonly string[];
  readonly cluster: LocalCluster;
  readonly facts: KnownFacts;
  readonly generation: Generation;
  readonly executor: Executor;
  readonly runnerId: string;
  readonly newSeed: () => number;
  readonly clock: Clock;
  readonly context: CommandContext;
  readonly signals: Interruption;
}

/**
 * Runs workflows one after the other, each as how the others ended allows.
 * @returns exit code of the first that failed, 130 when canceled
 * @throws RunnerError `MILLRACE_E_ARGUMENT` when there is no workflow of the wanted name
 */
export async function runPipeline(run: LocalRun): Promise<number> {
  const { pipeline, only, context, signals } = run;
  const wanted = pipeline.workflows.filter(({ name }) => only === undefined || name === only);
  if (only !== undefined && wanted.length === 0) throw unknownWorkflow(only, pipeline);
  const ended: { readonly name: string; readonly outcome: WorkflowOutcome }[] = [];
  let exitCode = 0;
  for (const workflow of wanted) {
    if (signals.cancel.aborted) break;
    const { name } = workflow;
    if (only === undefined && decideWorkflow(workflow, ended) === 'skip') {
      context.stderr.write(`${titleOf(workflow)}: skipped\n`);
      ended.push({ name, outcome: 'skipped' });
      continue;
    }
    const { outcome } = await runWorkflow(run, workflow);
    ended.push({ name, outcome: outcome.kind === 'success' ? 'success' : 'failure' });
    if (outcome.kind === 'failure' && exitCode === 0) exitCode = outcome.exitCode ?? 1;
  }
  return signals.cancel.aborted ? 130 : exitCode;
}

async function runWorkflow(run: LocalRun, workflow: CompiledWorkflow): Promise<JobResult> {
  const { cluster, generation, executor, runnerId, clock, context, signals } = run;
  const { stdout, stderr, color, signal } = context;
  const before = cluster.api.requests();
  // Names of objects come from it, and others may work in the same namespace.
  const id = newUlid(clock.now()).toLowerCase();
  const payload = payloadOf(run, workflow, id);
  const runner = {
    name: 'millrace exec',
    token: '',
    id: runnerId,
    systemId: '',
    serverUrl: '',
    slot: 0,
  };
  const request = { id, payload, runner };
  const plan = await run.facts.plan(
    (facts) => makePlan(generation, request, { facts, seed: run.newSeed(), now: clock.now() }),
    { signal },
  );
  const { steps } = workflowFacts(payload);
  stderr.write(`${titleOf(workflow)}\n`);
  const view = openWorkflowView({
    stdout,
    stderr,
    color,
    title: titleOf(workflow),
    steps: steps.map(({ name }) => name),
    masks: plan.job.masks,
  });
  const result = await executor.run({
    generation,
    plan,
    emit: view.handle,
    transfers: {
      [sourcesTransfer]: {
        direction: 'receive',
        open: (options) => sourcesTar(run.folder, run.sources, options),
      },
    },
    ...signals,
  });
  const after = cluster.api.requests();
  const watches = after.watches - before.watches;
  const counts = {
    requests: after.requests - before.requests - watches,
    upgrades: after.upgrades - before.upgrades,
    watches,
  };
  stderr.write(`\n${view.summary(result.outcome, counts)}\n`);
  return result;
}

function payloadOf(
  { cluster, timeoutMinutes }: LocalRun,
  { config }: CompiledWorkflow,
  id: string,
): JsonObject {
  const { mountPrefix } = cluster;
  return {
    id,
    timeout: timeoutMinutes,
    config: mountPrefix === undefined ? config : belowPrefix(config, mountPrefix),
  };
}

/** `build`, or with a matrix `build (GO=1.24)`. */
function titleOf({ name, matrix }: CompiledWorkflow): string {
  const axes = Object.entries(matrix).map(([axis, value]) => `${axis}=${value}`);
  return axes.length === 0 ? name : `${name} (${axes.join(', ')})`;
}

function unknownWorkflow(name: string, { workflows, skipped }: CompiledPipeline): RunnerError {
  const reason = skipped.find((each) => each.name === name)?.reason;
  const names = [...new Set(workflows.map((each) => each.name))];
  return new RunnerError(
    reason === undefined
      ? `there is no workflow ${name}`
      : `the workflow ${name} does not run: ${reason}`,
    {
      code: 'MILLRACE_E_ARGUMENT',
      kind: 'user',
      hint:
        names.length === 0
          ? 'no workflow fits this event and branch; see --event, --branch'
          : `name one of ${names.join(', ')}`,
    },
  );
}
