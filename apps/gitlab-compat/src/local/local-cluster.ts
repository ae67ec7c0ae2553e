import { createSystemClock } from '@millrace/async';
import type { JobCredential, Logger } from '@millrace/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@millrace/embedded-cluster';
import {
  connect,
  resolveConnection,
  type ConnectionFacts,
  type KubeConnection,
} from '@millrace/kube';
import { presentedVersion } from '../presented-version.ts';
import { withToken } from './with-token.ts';

/** Where local jobs run. */
export interface LocalCluster {
  readonly api: KubeConnection;
  /** The same cluster as somebody else. */
  readonly accessAs: (credential: JobCredential) => KubeConnection;
  /** One line for people. */
  readonly description: string;
  /** When set, every mount path of a job must lie below it. */
  readonly mountPrefix?: string;
  /** What jobs cannot do here, one sentence each. */
  readonly limits: readonly string[];
  readonly close: () => Promise<void>;
}

/** Options for {@link openLocalCluster}. */
export interface LocalClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespaces: 'auto' | 'off';
  readonly images?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Milliseconds for the first answer: a wrong address should be told before a job is planned. */
const firstAnswer = 5_000;

async function reach(api: KubeConnection, signal: AbortSignal): Promise<void> {
  try {
    await api.version({ signal, timeout: firstAnswer });
  } catch (failure) {
    await api.close();
    throw failure;
  }
}

/** An embedded cluster of its own, or the cluster of a kubeconfig. */
export async function openLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const clock = createSystemClock();
  const { logger, signal } = options;
  const connectOptions = { userAgent: `millrace-gitlab ${presentedVersion}`, clock, logger };
  if (options.kubeconfig !== undefined) {
    const facts = await resolveConnection(
      {
        kind: 'kubeconfig',
        env: options.environment,
        file: options.kubeconfig,
        ...(options.context === undefined ? {} : { context: options.context }),
      },
      { signal },
    );
    const api = connect(facts, connectOptions);
    await reach(api, signal);
    return {
      api,
      accessAs: ({ token }) => connect(withToken(facts, token), connectOptions),
      description: `the cluster at ${facts.server}`,
      limits: [],
      close: api.close,
    };
  }
  const cluster: EmbeddedCluster = await startEmbeddedCluster({
    namespaces: options.namespaces,
    logger,
    signal,
    ...(options.images === undefined ? {} : { imagesDirectory: options.images }),
  });
  const facts: ConnectionFacts = {
    server: cluster.url,
    token: cluster.adminToken,
    ca: cluster.certificateAuthority,
    source: 'embedded cluster',
  };
  const api = connect(facts, connectOptions);
  return {
    api,
    accessAs: ({ token }) => connect(withToken(facts, token), connectOptions),
    description: cluster.description,
    limits: cluster.limits,
    ...(cluster.mountPrefix === undefined ? {} : { mountPrefix: cluster.mountPrefix }),
    close: async () => {
      await api.close();
      await cluster.close();
    },
  };
}
