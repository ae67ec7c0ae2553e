import { randomInt } from 'node:crypto';
import { createSystemClock } from '@millrace/async';
import { formatProblem } from '@millrace/config';
import { isRunnerError, RunnerError, type Clock, type KubeApi, type Logger } from '@millrace/core';
import { createExecutor, createKnownFacts } from '@millrace/engine';
import { connect, resolveConnection } from '@millrace/kube';
import {
  createLogQueue,
  createWoodpeckerClient,
  statusOf,
  type WoodpeckerServer,
} from '@millrace/woodpecker-protocol';
import { agentConfig, type AgentInput } from '../config/agent-config.ts';
import { openGeneration } from '../config/open-generation.ts';
import { ownPlatform } from '../config/own-platform.ts';
import { presentedVersion } from '../presented-version.ts';
import { readAgentIdentity, type AgentIdentity } from './agent-identity.ts';
import { adoptWorkflow } from './adopt-workflow.ts';
import type { AgentPlace, TakenEntry } from './agent-place.ts';
import type { AgentSettings } from './agent-settings.ts';
import { createAgentState, startHealthServer } from './health.ts';
import { createLastWords } from './last-words.ts';
import { createLateEnds } from './late-ends.ts';
import { savedOffers } from './offer-file.ts';
import { openStore } from './open-store.ts';
import { runSlots } from './run-slots.ts';
import { runWorkflow } from './run-workflow.ts';
import { wordsOf } from './workflow-app.ts';

const backendName = 'kubernetes';
const healthEvery = 10_000;

/** What an agent is started with. */
export interface AgentOptions {
  readonly settings: AgentSettings;
  readonly input: AgentInput;
  readonly logger: Logger;
  /** Ends the agent: workflows are canceled, their ends are told. */
  readonly signal: AbortSignal;
  /** Ends it when it was told so again: what runs is not waited for. */
  readonly abort?: AbortSignal;
  /** The cluster; by default the one that the environment names. */
  readonly cluster?: AgentCluster;
  /** The system's by default. */
  readonly clock?: Clock;
}

/** Access to a cluster that is the agent's to close. */
export interface AgentCluster extends KubeApi {
  readonly close: () => Promise<void>;
}

/**
 * Runs the agent until it is told to end, or has lost its server.
 * @throws RunnerError when it cannot be started
 */
export async function startAgent(options: AgentOptions): Promise<void> {
  const { settings, input, logger, signal } = options;
  const { clock = createSystemClock(), abort = new AbortController().signal } = options;
  for (const warning of settings.warnings) logger.warn(warning);
  checkBackend(settings, input.environment);
  const generation = await openGeneration(
    agentConfig(input),
    { hostname: settings.hostname, platform: ownPlatform() },
    { logger, signal },
  );
  for (const warning of generation.warnings) logger.warn(formatProblem(warning));
  logger.info('Starting Woodpecker agent', { version: presentedVersion });
  const state = createAgentState();
  const health = settings.healthcheck
    ? startHealthServer({
        address: settings.healthAddress,
        version: presentedVersion,
        capacity: settings.maxWorkflows,
        state,
        clock,
        logger,
      })
    : undefined;
  const random = (): number => randomInt(0, 1 << 30) / (1 << 30);
  const identity = await readAgentIdentity(settings.configFile, logger);
  const server = createWoodpeckerClient({
    server: settings.server,
    secure: settings.secure,
    skipVerify: settings.skipVerify,
    secret: settings.secret,
    agentId: identity.id,
    hostname: settings.hostname,
    retryTimeout: settings.retryTimeout,
    keepaliveTime: settings.keepaliveTime,
    keepaliveTimeout: settings.keepaliveTimeout,
    clock,
    logger,
    random,
  });
  const logs = createLogQueue<TakenEntry>({
    send: server.log,
    capacity: settings.logBuffer,
    clock,
    logger,
    // Should the process be killed, its successor sends again only what was on its way.
    sent: async (entries) => {
      for (const { taken } of entries) taken();
      await Promise.all([...new Set(entries.map(({ noted }) => noted))].map((noted) => noted()));
    },
  });
  const api = options.cluster ?? (await clusterOf(options, clock));
  try {
    if (settings.connectRetryCount === 0) return;
    const isKept = await introduce(server, identity, { ...options, clock });
    if (signal.aborted) return;
    const kept = await openStore(isKept ? settings.stateDirectory : undefined, logger, { signal });
    const runnerId = `agent-${server.agentId()}`;
    const executor = createExecutor({ api, store: kept.store, clock, logger, runnerId });
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    const late = createLateEnds({ clock, signal: ends });
    const lastWords = createLastWords({ clock, interrupt: signal });
    const place: AgentPlace = {
      server,
      logs,
      generation,
      executor,
      facts: createKnownFacts(api),
      store: kept.store,
      memory: kept.folder,
      runnerId,
      hostname: settings.hostname,
      state,
      clock,
      logger,
      newSeed: () => randomInt(0, 1 << 30),
      interrupt: signal,
      abort,
      lastWords,
      late,
    };
    const healthy = reportHealth(place, ends);
    try {
      const { records, unreadable } = await kept.store.list({ signal });
      for (const { jobId, error, objects } of unreadable) {
        logger.error(`cannot go on with a workflow of an earlier process: ${error.message}`, {
          workflow: jobId,
        });
        await executor.giveUp({ jobId, objects, error });
        await kept.store.remove(jobId, { signal });
      }
      const recorded = new Set(records.map(({ record }) => record.jobId));
      const offers = await savedOffers(kept.folder);
      const unbegun = [...offers].flatMap(([job, offer]) => (recorded.has(job) ? [] : [offer]));
      await runSlots(place, {
        count: settings.maxWorkflows,
        labels: labelsOf(settings),
        single: settings.singleWorkflow,
        left: [
          ...records.map((record) => () => adoptWorkflow(place, record)),
          ...unbegun.map((offer) => () => runWorkflow(place, offer)),
        ],
      });
    } finally {
      over.abort(new Error('the agent ends'));
      await Promise.all([healthy, late.settled()]);
      executor.dispose();
      await kept.close();
    }
    const closing = createLastWords({ clock, interrupt: AbortSignal.abort() });
    await closing((limit) => logs.close({ signal: limit }));
    if (!isKept)
      await closing((limit) => server.unregister({ signal: limit })).catch((failure: unknown) => {
        logger.error('failed to unregister agent from server', { error: String(failure) });
      });
  } finally {
    await logs.close({ signal: AbortSignal.timeout(1) });
    server.close();
    await api.close();
    await generation.dispose();
    await new Promise<void>((resolve) => {
      if (health === undefined) resolve();
      else {
        health.close(() => resolve());
        health.closeAllConnections();
      }
    });
  }
}

async function clusterOf(
  { input, logger, signal }: AgentOptions,
  clock: Clock,
): Promise<AgentCluster> {
  const facts = await resolveConnection({ kind: 'auto', env: input.environment }, { signal });
  return connect(facts, { userAgent: `millrace-woodpecker ${presentedVersion}`, clock, logger });
}

/** Woodpecker's agent looks for a cluster by this variable alone; without it there is no backend. */
function checkBackend({ backend }: AgentSettings, environment: AgentInput['environment']): void {
  const known = ['auto-detect', backendName];
  if (!known.includes(backend))
    throw new RunnerError(`backend engine '${backend}' not found`, {
      code: 'MILLRACE_E_WOODPECKER_BACKEND',
      kind: 'config',
      blame: 'WOODPECKER_BACKEND',
      hint: 'set WOODPECKER_BACKEND to kubernetes, or leave it out: this agent has no other backend',
    });
  if ((environment['KUBERNETES_SERVICE_HOST'] ?? '') !== '') return;
  throw new RunnerError(
    backend === backendName
      ? `selected backend engine ${backendName} is unavailable`
      : "can't detect an available backend engine",
    {
      code: 'MILLRACE_E_WOODPECKER_BACKEND',
      kind: 'config',
      blame: 'KUBERNETES_SERVICE_HOST',
      hint: 'run the agent in a pod; outside of a cluster set KUBERNETES_SERVICE_HOST and KUBECONFIG',
    },
  );
}

/**
 * Shows the secret, checks the version and registers, as often as the settings say while the server is away.
 * @returns whether the agent's id is kept
 */
async function introduce(
  server: WoodpeckerServer,
  identity: AgentIdentity,
  { settings, signal, logger, clock }: AgentOptions & { readonly clock: Clock },
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.authenticate({ signal });
      // A crash before the registration must not make a new agent at the next start.
      await identity.keep(server.agentId());
      const { server: version } = await server.version({ signal });
      const id = await server.register(
        {
          platform: ownPlatform(),
          capacity: settings.maxWorkflows,
          backend: backendName,
          version: presentedVersion,
          labels: settings.labels,
        },
        { signal },
      );
      logger.info('agent registered', { agent_id: id, server: version });
      return await identity.keep(id);
    } catch (failure) {
      signal.throwIfAborted();
      const away = ['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(statusOf(failure) ?? '');
      const late = isRunnerError(failure) && failure.code === 'MILLRACE_E_DEADLINE';
      if (!away && !late) throw failure;
      logger.warn(`cannot connect to server, retrying in ${settings.connectRetryDelay / 1000}s`, {
        attempt,
        error: wordsOf(failure),
      });
      await clock.sleep(settings.connectRetryDelay, { signal });
      if (attempt >= settings.connectRetryCount) throw failure;
    }
  }
}

/** Labels by which the server chooses; those of the operator replace the agent's own. */
const labelsOf = ({ hostname, labels }: AgentSettings): Readonly<Record<string, string>> => ({
  hostname,
  platform: ownPlatform(),
  backend: backendName,
  repo: '*',
  ...labels,
});

async function reportHealth(
  { server, clock, logger }: AgentPlace,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await server.reportHealth({ signal }).catch((failure: unknown) => {
      if (!signal.aborted)
        logger.error('failed to report health', {
          error: wordsOf(failure),
        });
    });
    await clock.sleep(healthEvery, { signal }).catch(() => undefined);
  }
}
