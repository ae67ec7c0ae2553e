import { join } from 'node:path';
import type { JsonObject } from '@millrace/core';
import {
  jobPayload,
  startGitlabServer,
  type GitlabServer,
  type GitlabServerOptions,
  type JobPayloadOptions,
} from '@millrace/testkit';
import { afterEach, beforeEach } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import { runConfigText } from './gitlab-files.ts';
import { startGitlab, temporaryFolder, type Folder, type Running } from './gitlab-program.ts';

/** What a test of `millrace-gitlab run` works with. */
export interface RunRoom {
  readonly server: () => GitlabServer;
  readonly namespace: () => string;
  readonly folder: () => Folder;
  /** Puts a job into the server's queue; its image is the cluster's. */
  readonly addJob: (options: JobPayloadOptions) => number;
  /** Starts the runner; again after it has ended, on the same state. */
  readonly start: (settings?: RunSettings) => Promise<Running>;
}

/** What of the configuration a test sets. */
export interface RunSettings {
  readonly concurrent?: number;
  /** Lines for `[[runners]]`. */
  readonly runner?: string;
}

/** Gives each test of a suite a server, a namespace, and the runner's program on the suite's cluster. */
export function runRoom(cluster: SuiteCluster, options: GitlabServerOptions = {}): RunRoom {
  let server: GitlabServer;
  let namespace: string;
  let folder: Folder;
  let lastId = 0;
  const started = new Set<Running>();
  beforeEach(async () => {
    server = await startGitlabServer(options);
    namespace = await cluster().newNamespace();
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const program of started) {
      program.kill('SIGKILL');
      await program.finished;
    }
    started.clear();
    await server.close();
    await folder.remove();
  });
  return {
    server: () => server,
    namespace: () => namespace,
    folder: () => folder,
    addJob: (job) => {
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
      await folder.write({
        'config.toml': runConfigText(cluster(), namespace, {
          url: server.url,
          token: server.runnerToken,
          ...settings,
        }),
        'authority.pem': cluster().certificateAuthority,
      });
      const program = startGitlab(
        ['run', '--config', join(folder.path, 'config.toml')],
        folder.path,
      );
      started.add(program);
      return program;
    },
  };
}
