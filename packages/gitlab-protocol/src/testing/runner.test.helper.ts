import { createFakeClock, seededRandom, type FakeClock } from '@millrace/async';
import {
  jobPayload,
  startGitlabServer,
  type GitlabServer,
  type GitlabServerOptions,
  type JobPayloadOptions,
} from '@millrace/testkit';
import { expect, onTestFinished } from 'vitest';
import { createGitlabClient, type GitlabClient } from '../client/gitlab-client.ts';
import type { JobKey } from '../client/job-calls.ts';
import type { GitlabClientOptions } from '../client/settings.ts';
import { createTransport, type TransportOptions } from '../transport/create-transport.ts';
import { kubernetesRunnerInfo } from '../wire/runner-info.ts';
import { recordingLogger } from './recording-logger.test.helper.ts';
import { passTime, watchWire, type Wire } from './wire.test.helper.ts';

/** A client and the server it talks to; time is fake. */
export interface RunnerUnderTest {
  readonly server: GitlabServer;
  readonly client: GitlabClient;
  readonly clock: FakeClock;
  readonly wire: Wire;
  readonly logged: string[];
  /** Fake time passes until the work has ended, in steps of a second or of so many milliseconds. */
  readonly untilDone: <T>(work: Promise<T>, stride?: number) => Promise<T>;
  /** So much fake time passes, and what came due by then is carried out. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Makes the server refuse connections, until so many milliseconds of fake time have passed. */
  readonly outage: (milliseconds: number) => Promise<void>;
  /** Adds a job, takes it and confirms it. */
  readonly takeJob: (options?: JobPayloadOptions) => Promise<JobKey>;
  /** A second client of the same runner. */
  readonly anotherClient: (options?: Partial<GitlabClientOptions>) => GitlabClient;
}

/** What a program says about itself. */
export const identity = {
  name: 'gitlab-runner',
  version: '19.3.0',
  revision: '1a2b3c4d',
  platform: 'linux',
  architecture: 'amd64',
};

/** A signal that never aborts. */
export const unlimited = (): { readonly signal: AbortSignal } => ({
  signal: new AbortController().signal,
});

/**
 * Starts both; they end with the test, which fails if the client broke the protocol.
 * @param options - `breaches` are expected, as parts of sentences
 */
export async function startRunner(
  options: {
    readonly server?: GitlabServerOptions;
    readonly client?: Partial<GitlabClientOptions>;
    readonly transport?: Partial<TransportOptions>;
    readonly breaches?: readonly string[];
  } = {},
): Promise<RunnerUnderTest> {
  const clock = createFakeClock(1_700_000_000_000);
  const logged: string[] = [];
  const logger = recordingLogger(logged);
  const server = await startGitlabServer({ clock, ...options.server });
  const wire = watchWire(createTransport({ clock, logger, ...options.transport }));
  const clientOptions: GitlabClientOptions = {
    url: server.url,
    token: server.runnerToken,
    systemId: 's_0123456789ab',
    info: kubernetesRunnerInfo(identity),
    userAgent: 'gitlab-runner 19.3.0 (19-3-stable; go1.25.7; linux/amd64)',
    transport: wire,
    clock,
    logger,
    random: () => 0.5,
    ...options.client,
  };
  const client = createGitlabClient(clientOptions);
  const restores = new Set<Promise<void>>();
  onTestFinished(async () => {
    await wire.close();
    await server.close();
    const breaches = options.breaches ?? [];
    const violations = server.violations();
    expect(violations.filter((one) => !breaches.some((part) => one.includes(part)))).toEqual([]);
    for (const part of breaches) expect(violations.join('\n')).toContain(part);
    expect(logged.join('\n')).not.toMatch(/glrt-|glcbt-|glpat-|GR1348941/);
  });

  const time = { clock, wire, before: () => Promise.all(restores) };
  const untilDone: RunnerUnderTest['untilDone'] = (work, stride = 1_000) =>
    passTime(time, work, stride);
  return {
    server,
    client,
    clock,
    wire,
    logged,
    untilDone,
    pass: async (milliseconds) => {
      await untilDone(clock.sleep(milliseconds));
      await wire.settled();
    },
    outage: async (milliseconds) => {
      const end = await server.faults.refuseConnections();
      clock.after(milliseconds, () => {
        const restored = end();
        restores.add(restored);
        void restored.finally(() => restores.delete(restored));
      });
    },
    takeJob: async (job) => {
      server.addJob(jobPayload(job));
      const outcome = await client.requestJob(unlimited());
      if (outcome.kind !== 'job') throw new Error(`no job: ${outcome.kind}`);
      const { id, token } = outcome.job;
      const confirmed = await client.updateJob({ id, token }, { state: 'running' }, unlimited());
      expect(confirmed.kind).toBe('succeeded');
      return { id, token };
    },
    anotherClient: (more) => createGitlabClient({ ...clientOptions, ...more }),
  };
}

/** Numbers in [0, 1), the same for the same seed. */
export function seededFraction(seed: number | string): () => number {
  const random = seededRandom(seed);
  return () => Number.parseInt(random.name(8), 36) / 36 ** 8;
}
