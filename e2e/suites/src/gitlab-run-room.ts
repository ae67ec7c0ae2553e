import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@millrace/core';
import {
  jobPayload,
  startGitlabServer,
  type GitlabServer,
  type GitlabServerOptions,
  type JobPayloadOptions,
  type ServerJob,
} from '@millrace/testkit';
import { afterEach, beforeEach, expect } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import { runConfigText, type RunnerEntry } from './gitlab-files.ts';
import { startGitlab, temporaryFolder, type Folder, type Running } from './gitlab-program.ts';

/** What a test of `millrace-gitlab run` works with. */
export interface RunRoom {
  readonly server: () => GitlabServer;
  readonly namespace: () => string;
  readonly folder: () => Folder;
  /** Puts a job into the server's queue; its image is the cluster's, and without `serverUrl` it fetches nothing. */
  readonly addJob: (options?: JobPayloadOptions) => number;
  /** Writes the configuration, as {@link RunRoom.start} does. */
  readonly configure: (settings?: RunSettings) => Promise<void>;
  /** Starts the runner; again after it has ended, on the same state. */
  readonly start: (settings?: RunSettings) => Promise<Running>;
  /** The same with the configuration as it is. */
  readonly startAsIs: (settings?: RunSettings) => Running;
  /** The program with other arguments, ended with the test as the runner is. */
  readonly startCommand: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Running;
  /** The job when it has ended, and its log. */
  readonly ended: (id: number) => Promise<EndedJob>;
  /** Ends the runner politely and expects that nothing is left: on the cluster, in the state folder, of complaints. */
  readonly expectCleanEnd: (runner: Running) => Promise<void>;
  readonly expectNothingLeft: () => Promise<void>;
}

/** A job that has ended. */
export interface EndedJob extends Pick<ServerJob, 'exitCode' | 'failureReason' | 'state'> {
  readonly log: string;
}

/** What of the configuration a test sets. */
export type RunSettings = Partial<RunnerEntry> & {
  /** More arguments of the program. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** Gives each test of a suite a server, a namespace, and the runner's program on the suite's cluster. */
export function runRoom(cluster: SuiteCluster, options: GitlabServerOptions = {}): RunRoom {
  let server: GitlabServer;
  let namespace: string;
  let folder: Folder;
  let lastId: number;
  const started = new Set<Running>();
  beforeEach(async () => {
    lastId = 0;
    server = await startGitlabServer({ updateInterval: 1, ...options });
    namespace = await cluster().newNamespace();
    folder = await temporaryFolder();
  });
  afterEach(async ({ task }) => {
    for (const program of started) {
      program.kill('SIGKILL');
      const { stdout, stderr } = await program.finished;
      // A test that waits for what never comes says nothing itself.
      if (task.result?.state === 'fail')
        process.stderr.write(
          `runner ${program.pid ?? '?'} of a failed test:\n${stdout}${stderr}\n`,
        );
    }
    if (task.result?.state === 'fail')
      process.stderr.write(`its server was asked: ${JSON.stringify(server.calls())}\n`);
    started.clear();
    await server.close();
    await folder.remove();
  });
  const configure = async (settings: RunSettings = {}): Promise<void> => {
    const entry = { url: server.url, token: server.runnerToken, ...settings };
    await folder.write({
      'config.toml': runConfigText(cluster(), namespace, entry),
      'authority.pem': cluster().certificateAuthority,
    });
  };
  const startCommand: RunRoom['startCommand'] = (args, env) => {
    const program = startGitlab(args, folder.path, env);
    started.add(program);
    return program;
  };
  const startAsIs = ({ args = [], env }: RunSettings = {}): Running =>
    startCommand(['run', '--config', join(folder.path, 'config.toml'), ...args], env);
  const expectNothingLeft = async (): Promise<void> => {
    expect(await cluster().leftovers(namespace)).toEqual([]);
    expect(await filesBelow(join(folder.path, '.millrace'))).toEqual([]);
    expect(server.violations()).toEqual([]);
  };
  return {
    server: () => server,
    namespace: () => namespace,
    folder: () => folder,
    configure,
    expectNothingLeft,
    addJob: (job = {}) => {
      lastId += 1;
      const id = job.id ?? lastId;
      const none = { key: 'GIT_STRATEGY', value: 'none' };
      const payload: JsonObject = jobPayload({
        image: cluster().images.tools,
        ...job,
        id,
        serverUrl: server.url,
        variables: [...(job.serverUrl === undefined ? [none] : []), ...(job.variables ?? [])],
      });
      server.addJob(payload);
      return id;
    },
    start: async (settings = {}) => {
      await configure(settings);
      return startAsIs(settings);
    },
    startAsIs,
    startCommand,
    ended: async (id) => {
      await server.whenJob(id, 'success', 'failed', 'canceled');
      const job = server.jobs().find((each) => each.id === id);
      if (job === undefined) throw new Error(`there is no job ${id}`);
      const { state, exitCode, failureReason } = job;
      return { state, exitCode, failureReason, log: server.traceOf(id).toString() };
    },
    expectCleanEnd: async (runner) => {
      // Before it has begun, a signal just kills it.
      await runner.says('Configuration loaded');
      runner.kill('SIGQUIT');
      expect(await runner.finished).toMatchObject({ exitCode: 0 });
      await expectNothingLeft();
    },
  };
}

/** Files and links below a folder, of whatever depth; none where it is not there. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}
