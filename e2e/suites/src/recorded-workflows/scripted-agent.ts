import { setTimeout as turn } from 'node:timers/promises';
import type { FakeClock } from '@millrace/async';
import { silentLogger, type WoodpeckerServer } from '@millrace/testkit';
import { startAgent } from '@millrace/woodpecker-compat/agent';
import { readAgentSettings } from '@millrace/woodpecker-compat/agent-settings';
import { scriptedApi, type PodScript } from './scripted-api.ts';

/** What a test says about an agent in its own process. */
export interface ScriptedAgentOptions {
  readonly server: WoodpeckerServer;
  readonly clock: FakeClock;
  /** What every pod does. */
  readonly pods: PodScript;
  readonly env?: Readonly<Record<string, string>>;
}

/** An agent in this process, by a clock of the test's own and on a scripted cluster. */
export interface ScriptedAgent {
  /** Tells it to end, as SIGTERM does. */
  readonly end: () => void;
  /** Moves the clock until something has come about. */
  readonly until: <T>(event: Promise<T>) => Promise<T>;
  readonly finished: Promise<void>;
}

/** Starts one. */
export async function startScriptedAgent({
  server,
  clock,
  pods,
  env = {},
}: ScriptedAgentOptions): Promise<ScriptedAgent> {
  const end = new AbortController();
  const input = {
    environment: {
      WOODPECKER_SERVER: server.address,
      WOODPECKER_AGENT_SECRET: server.secret,
      WOODPECKER_HEALTHCHECK: 'false',
      WOODPECKER_AGENT_CONFIG_FILE: '',
      KUBERNETES_SERVICE_HOST: 'scripted',
      ...env,
    },
    flags: {},
  };
  const finished = startAgent({
    settings: await readAgentSettings(input, { signal: end.signal }),
    input,
    logger: silentLogger,
    signal: end.signal,
    cluster: scriptedApi(() => pods, []),
    clock,
  });
  return {
    finished,
    end: () => end.abort(new Error('the test ends the agent')),
    until: async (event) => {
      const state = { isOver: false };
      const over = event.finally(() => {
        state.isOver = true;
      });
      over.catch(() => undefined);
      // What the server says comes in its own time; what the agent waits for by the clock comes with ours.
      while (!state.isOver) {
        await clock.advance(100);
        await turn(1);
      }
      return over;
    },
  };
}
