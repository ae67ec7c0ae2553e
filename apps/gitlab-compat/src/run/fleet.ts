import type { Clock, JobStore, Logger } from '@millrace/core';
import {
  createHealth,
  type RunnerHealth,
  createRequestConcurrency,
  type RequestConcurrency,
} from '@millrace/gitlab-protocol';
import type { ConfigFile, ConfiguredRunner } from '../config/config-file.ts';
import { createHomes } from './homes.ts';
import { openRunner, runnerId, type Runner } from './runner.ts';

/** A runner that takes jobs. */
export interface Member {
  readonly id: string;
  readonly runner: Runner;
  readonly store: JobStore;
  readonly logs: string;
  readonly health: RunnerHealth;
  readonly concurrency: RequestConcurrency;
  /** Keeps this generation open while it asks for a job or runs one. The returned function never rejects. */
  readonly hold: () => () => Promise<void>;
}

/** The runners of the configuration as it is now. */
export interface Fleet {
  readonly members: () => readonly Member[];
  /**
   * Takes a new configuration. Running jobs keep theirs.
   * @returns runners that this process has not met before: there may be jobs of an earlier process
   * @throws RunnerError that lists the problems; then everything stays as it was
   */
  readonly load: (config: ConfigFile) => Promise<readonly Member[]>;
  readonly close: () => Promise<void>;
}

/** What a fleet is made with. */
export interface FleetOptions {
  readonly systemId: string;
  /** Folder with a folder for each runner. */
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Makes a fleet without runners. */
export function createFleet(options: FleetOptions): Fleet {
  const { systemId, state, clock, logger, environment, signal } = options;
  const homes = createHomes({ state, logger, signal });
  let members: readonly OpenMember[] = [];
  /** Runners whose places are open, and whose jobs of an earlier process nobody has asked for. */
  const unmet = new Set<string>();

  const open = async (
    configured: ConfiguredRunner,
    config: ConfigFile,
  ): Promise<{ readonly member: OpenMember; readonly isNew: boolean }> => {
    const id = runnerId(configured, systemId);
    const { home, isNew } = await homes.of(id);
    const { poll } = configured;
    const runner = await openRunner({
      configured,
      global: config.global,
      systemId,
      store: home.store,
      clock,
      logger: logger.child({ runner: configured.config.name }),
      environment,
      signal,
    });
    let users = 1;
    const release = async (): Promise<void> => {
      users -= 1;
      if (users > 0) return;
      await runner.close().catch((failure: unknown) =>
        logger.warn('A runner of an earlier configuration could not be closed', {
          runner: runner.name,
          error: failure instanceof Error ? failure.message : String(failure),
        }),
      );
    };
    const member = {
      id,
      runner,
      ...home,
      health: createHealth(poll, clock),
      concurrency: createRequestConcurrency(
        poll.requestConcurrency,
        poll.featureFlags['FF_USE_ADAPTIVE_REQUEST_CONCURRENCY'] ?? true,
      ),
      hold: () => {
        users += 1;
        return release;
      },
      retire: release,
    };
    return { member, isNew };
  };

  const load: Fleet['load'] = async (config) => {
    const opened: OpenMember[] = [];
    const met: Member[] = [];
    try {
      for (const configured of config.runners) {
        const why = whyNotFed(configured);
        if (why !== undefined) {
          logger[why.level](why.message, { runner: configured.config.name });
          continue;
        }
        const { member, isNew } = await open(configured, config);
        opened.push(member);
        if (isNew) unmet.add(member.id);
      }
    } catch (failure) {
      for (const member of opened) await member.retire();
      throw failure;
    }
    const before = members;
    members = opened;
    for (const member of before) await member.retire();
    for (const member of members) if (unmet.delete(member.id)) met.push(member);
    return met;
  };

  return {
    members: () => members,
    load,
    close: async () => {
      for (const member of members) await member.retire();
      members = [];
      await homes.close();
    },
  };
}

type OpenMember = Member & { readonly retire: () => Promise<void> };

/** Why a runner of the configuration is not asked for jobs. */
function whyNotFed({
  config,
}: ConfiguredRunner): { readonly level: 'error' | 'warn'; readonly message: string } | undefined {
  if (config.token.trim() === '')
    return {
      level: 'warn',
      message:
        "Runner token is empty or whitespace; this runner will be skipped during job polling. Check the 'token' field in your config.toml for this runner.",
    };
  const { executor } = config.table.runner;
  if (executor === undefined || executor === 'kubernetes') return undefined;
  // Its jobs are for another program: two of them may share a configuration.
  return {
    level: 'error',
    message: `Executor ${JSON.stringify(executor)} is not known; this runner will be skipped during job polling`,
  };
}
