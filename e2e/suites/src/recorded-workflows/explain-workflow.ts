import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { silentLogger } from '@millrace/testkit';
import { explain } from '@millrace/woodpecker-compat/explain';
import type { Explained } from '../recorded/judge.ts';
import type { RecordedWorkflow } from './recorded-workflow.ts';

/** What every recorded agent had in its environment. */
const agentEnvironment = {
  WOODPECKER_HOSTNAME: 'golden-agent',
  WOODPECKER_BACKEND: 'kubernetes',
} as const;

/** What `explain` printed: its answer, and what it told beside it. */
export interface ExplainedWorkflow extends Explained {
  readonly exitCode: number;
  readonly warnings: string;
}

/** Runs the app's `explain` command on a recorded workflow. */
export async function explainWorkflow(
  { folder, environment }: Pick<RecordedWorkflow, 'folder' | 'environment'>,
  signal: AbortSignal,
): Promise<ExplainedWorkflow> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const printed = text(stdout);
  const told = text(stderr);
  const exitCode = await explain(
    {
      workflow: join(folder, 'config.json'),
      task: join(folder, 'task.json'),
      platform: 'linux/amd64',
      seed: '1',
      now: '2026-01-31T12:00:00Z',
      showSecrets: true,
      format: 'json',
    },
    {
      stdout,
      stderr,
      color: false,
      logger: silentLogger,
      signal,
      abort: signal,
      environment: { ...agentEnvironment, ...environment },
      flags: {},
    },
  );
  stdout.end();
  stderr.end();
  return { ...(JSON.parse(await printed) as Explained), exitCode, warnings: await told };
}
