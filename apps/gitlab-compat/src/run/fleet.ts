import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger } from '@millrace/core';
import { openDirectoryStore, type DirectoryStore } from '@millrace/engine';
import type { ConfigFile, ConfiguredRunner } from '../config/config-file.ts';
import { createHealth, type RunnerHealth } from './polling/health.ts';
import {
  createRequestConcurrency,
  type RequestConcurrency,
} from './polling/request-concurrency.ts';
import { openRunner, runnerId, type Runner } from './runner.ts';

/** A runner's place in the process: what outlives its generations. */
interface Home {
  readonly store: DirectoryStore;
  readonly logs: string;
}

/** A runner that takes jobs. */
export interface Member {
  readonly id: string;
  readonly runner: Runner;
  readonly store: DirectoryStore;
  readonly logs: string;
  readonly health: RunnerHealth;
  readonly concurrency: RequestConcurrency;
  /** Keeps this generation open while a job of it runs. */
  readonly hold: () => () => Promise<void>;
}

/** The runners of the configuration as it is now. */
export interface Fleet {
  readonly members: () => readonly Member[];
  /**
   * Takes a new configuration. Running jobs keep theirs.
   * @throws RunnerError that lists the problems; then everything stays as it was
   */
  readonly load: (config: ConfigFile) => Promise<void>;
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
  const homes = new Map<string, Home>();
  let members: readonly (Member & { readonly retire: () => Promise<void> })[] = [];

  const homeOf = async (id: string): Promise<Home> => {
    const known = homes.get(id);
    if (known !== undefined) return known;
    const folder = join(state, id);
    const logs = join(folder, 'logs');
    await mkdir(logs, { recursive: true, mode: 0o700 });
    const home = { store: await openDirectoryStore(join(folder, 'records'), { signal }), logs };
    homes.set(id, home);
    return home;
  };

  const open = async (
    configured: ConfiguredRunner,
    config: ConfigFile,
  ): Promise<(typeof members)[number]> => {
    const id = runnerId(configured, systemId);
    const home = await homeOf(id);
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
      if (users === 0) await runner.close();
    };
    return {
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
  };

  const load = async (config: ConfigFile): Promise<void> => {
    const opened: (typeof members)[number][] = [];
    try {
      for (const configured of config.runners) {
        if (configured.config.token.trim() === '') {
          logger.warn(
            "Runner token is empty or whitespace; this runner will be skipped during job polling. Check the 'token' field in your config.toml for this runner.",
            { runner: configured.config.name },
          );
          continue;
        }
        opened.push(await open(configured, config));
      }
    } catch (failure) {
      for (const member of opened) await member.retire();
      throw failure;
    }
    const before = members;
    members = opened;
    for (const member of before) await member.retire();
  };

  return {
    members: () => members,
    load,
    close: async () => {
      for (const member of members) await member.retire();
      members = [];
      for (const { store } of homes.values()) await store.close();
    },
  };
}
