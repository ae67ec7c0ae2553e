import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { createSystemClock } from '@millrace/async';
import type { Interruption } from '@millrace/command-line';
import { formatProblem } from '@millrace/config';
import { createExecutor, createKnownFacts, memoryStore } from '@millrace/engine';
import { gitFacts, openLocalCluster, sourceFiles } from '@millrace/local-jobs';
import { compilePipeline, type CompiledPipeline } from '@millrace/woodpecker-pipeline';
import { agentConfig } from '../config/agent-config.ts';
import { openGeneration } from '../config/open-generation.ts';
import { ownPlatform } from '../config/own-platform.ts';
import { readEnvironmentFile } from '../config/read-files.ts';
import { findPipeline } from '../local/find-pipeline.ts';
import { localContext, type LocalWishes } from '../local/local-context.ts';
import { newUlid } from '../local/new-ulid.ts';
import { runPipeline, sourcesTransfer } from '../local/run-pipeline.ts';
import { presentedVersion } from '../presented-version.ts';
import type { CommandContext } from './command-context.ts';

/** Options of `exec`, as parsed. */
export interface ExecOptions extends Omit<LocalWishes, 'secrets' | 'variables'> {
  readonly workflow?: string;
  readonly secret: Readonly<Record<string, string>>;
  readonly secretsFile?: string;
  readonly variable: Readonly<Record<string, string>>;
  /** Minutes. */
  readonly timeout: number;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespaces: 'auto' | 'off';
  readonly images?: string;
}

/**
 * Runs the workflows of a local pipeline one after the other, on an embedded cluster or the one of a kubeconfig.
 * @returns exit code: that of the first step that failed a workflow, 1 for other failures, 130 when canceled
 */
export async function exec(
  path: string | undefined,
  options: ExecOptions,
  context: CommandContext,
  signals: Interruption,
): Promise<number> {
  const { stderr, logger, signal, environment } = context;
  const clock = createSystemClock();
  const local = await findPipeline(path, { signal });
  const wishes: LocalWishes = {
    ...options,
    variables: options.variable,
    secrets: {
      ...(options.secretsFile === undefined
        ? {}
        : await readEnvironmentFile(options.secretsFile, { signal })),
      ...options.secret,
    },
  };
  const pipeline = compilePipeline({
    files: local.files,
    context: localContext(await gitFacts(local.folder, { signal }), wishes, {
      now: clock.now(),
      platform: ownPlatform(),
    }),
    newId: () => newUlid(clock.now()),
  });
  tellFindings(pipeline, stderr);
  const cluster = await openLocalCluster({
    ...options,
    userAgent: `millrace-woodpecker ${presentedVersion}`,
    environment,
    logger,
    signal,
  });
  try {
    stderr.write(`running on ${cluster.description}\n`);
    for (const limit of cluster.limits) stderr.write(`note: ${limit}\n`);
    const generation = await openGeneration(
      agentConfig({
        environment: { WOODPECKER_BACKEND_K8S_NAMESPACE: cluster.namespace, ...environment },
        flags: context.flags,
      }),
      { hostname: hostname(), platform: ownPlatform(), sources: sourcesTransfer },
      { logger, signal },
    );
    for (const warning of generation.warnings) stderr.write(`${formatProblem(warning)}\n`);
    const runnerId = `exec-${newUlid(clock.now()).toLowerCase()}`;
    const executor = createExecutor({
      api: cluster.api,
      store: memoryStore(),
      clock,
      logger,
      runnerId,
    });
    try {
      return await runPipeline({
        pipeline,
        ...(options.workflow === undefined ? {} : { only: options.workflow }),
        timeoutMinutes: options.timeout,
        folder: local.folder,
        sources: await sourceFiles(local.folder, { signal }),
        cluster,
        facts: createKnownFacts(cluster.api),
        generation,
        executor,
        runnerId,
        newSeed: () => randomInt(0, 1 << 30),
        clock,
        context,
        signals,
      });
    } finally {
      executor.dispose();
      await generation.dispose();
    }
  } finally {
    await cluster.close();
  }
}

function tellFindings(
  { warnings, skipped, workflows }: CompiledPipeline,
  stderr: NodeJS.WritableStream,
): void {
  for (const warning of warnings) stderr.write(`${formatProblem(warning)}\n`);
  for (const { name, reason } of skipped) stderr.write(`${name}: skipped: ${reason}\n`);
  if (workflows.length === 0)
    stderr.write('nothing to run: no workflow fits this event and branch; see --event, --branch\n');
}
