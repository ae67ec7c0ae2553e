import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  ConnectionToken,
  type Clock,
  type ClusterConnection,
  type JobStore,
  type Logger,
  type RunnerIdentity,
} from '@millrace/core';
import {
  createExecutor,
  createKnownFacts,
  type Executor,
  type Generation,
  type KnownFacts,
} from '@millrace/engine';
import {
  createGitlabClient,
  createTransport,
  kubernetesRunnerInfo,
  withDiscoveredFiles,
  type GitlabClient,
  type ProxySettings,
} from '@millrace/gitlab-protocol';
import { connect, resolveConnection, withToken, type ConnectionFacts } from '@millrace/kube';
import { gitlabShortToken } from '@millrace/kube-objects';
import type { ConfiguredRunner, GlobalSettings, PollSettings } from '../config/config-file.ts';
import { openGeneration } from '../config/open-generation.ts';
import { presentedRevision, presentedVersion, userAgent } from '../presented-version.ts';

/** One entry of `[[runners]]` in one generation of the configuration: everything that its jobs need. */
export interface Runner {
  readonly name: string;
  readonly url: string;
  readonly shortToken: string;
  readonly identity: Omit<RunnerIdentity, 'slot'>;
  readonly poll: PollSettings;
  readonly generation: Generation;
  readonly executor: Executor;
  readonly client: GitlabClient;
  readonly facts: KnownFacts;
  readonly close: () => Promise<void>;
}

/** What a runner is opened with. */
export interface RunnerOptions {
  readonly configured: ConfiguredRunner;
  readonly global: GlobalSettings;
  readonly systemId: string;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Which runner this is, for labels and folders: the same after a restart, and after its token was rotated if it has an id. */
export function runnerId({ config }: Pick<ConfiguredRunner, 'config'>, systemId: string): string {
  const { id } = config.table.runner;
  const who = typeof id === 'number' && id > 0 ? String(id) : config.token;
  return createHash('sha256')
    .update([config.url, who, systemId].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

/**
 * Opens a runner: sets up its plugins, finds its cluster. Nothing is asked of the cluster or of GitLab yet.
 * @throws RunnerError that lists every problem of the configuration
 */
export async function openRunner(options: RunnerOptions): Promise<Runner> {
  const { configured, global, systemId, store, clock, logger, environment, signal } = options;
  const { config, poll } = configured;
  const generation = await openGeneration(config, 'git', { logger, signal });
  try {
    const facts = await clusterOf(generation, config.folder, environment, signal);
    const connectOptions = { userAgent: `millrace-gitlab ${presentedVersion}`, clock, logger };
    const api = connect(facts, connectOptions);
    const id = runnerId(configured, systemId);
    const executor = createExecutor({
      api,
      store,
      clock,
      logger,
      runnerId: id,
      accessAs: ({ token }) => {
        const own = connect(withToken(facts, token), connectOptions);
        return { api: own, close: own.close };
      },
    });
    const transport = createTransport({
      clock,
      logger,
      tls: withDiscoveredFiles(poll.tls, config.url, certificatesFolder()),
      proxies: proxiesOf(environment),
      limits: { connectionAge: global.connectionAge },
    });
    return {
      name: config.name,
      url: config.url,
      shortToken: gitlabShortToken(config.token),
      identity: {
        name: config.name,
        token: config.token,
        id,
        systemId,
        serverUrl: config.url,
      },
      poll,
      generation,
      executor,
      facts: createKnownFacts(api),
      client: createGitlabClient({
        url: config.url,
        token: config.token,
        systemId,
        info: kubernetesRunnerInfo(
          {
            name: 'gitlab-runner',
            version: presentedVersion,
            revision: presentedRevision,
            platform: 'linux',
            architecture: process.arch === 'x64' ? 'amd64' : process.arch,
          },
          // What this version cannot do is not offered, so GitLab gives such jobs to others.
          {
            shell: poll.shell,
            features: { cache: false, session: false, terminal: false, vault_secrets: false },
          },
        ),
        userAgent,
        transport,
        clock,
        logger,
      }),
      close: async () => {
        executor.dispose();
        await generation.dispose();
        await api.close();
        await transport.close();
      },
    };
  } catch (failure) {
    await generation.dispose();
    throw failure;
  }
}

function clusterOf(
  { resolve }: Generation,
  folder: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ConnectionFacts> {
  const { connection } = resolve({ connection: ConnectionToken }) as {
    readonly connection: ClusterConnection;
  };
  const { server, context } = connection;
  if (server === '')
    return resolveConnection(
      { kind: 'auto', env, ...(context === '' ? {} : { context }) },
      { signal },
    );
  const file = (name: 'caFile' | 'certFile' | 'keyFile'): object =>
    connection[name] === '' ? {} : { [name]: join(folder, connection[name]) };
  return resolveConnection(
    {
      kind: 'explicit',
      host: server,
      ...(connection.token === '' ? {} : { bearerToken: connection.token }),
      ...file('caFile'),
      ...file('certFile'),
      ...file('keyFile'),
    },
    { signal },
  );
}

const certificatesFolder = (): string =>
  process.getuid?.() === 0
    ? '/etc/gitlab-runner/certs'
    : join(homedir(), '.gitlab-runner', 'certs');

function proxiesOf(env: NodeJS.ProcessEnv): ProxySettings {
  const either = (name: string): string | undefined => env[name] ?? env[name.toLowerCase()];
  const [http, https, except] = [either('HTTP_PROXY'), either('HTTPS_PROXY'), either('NO_PROXY')];
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(except === undefined ? {} : { except }),
  };
}
