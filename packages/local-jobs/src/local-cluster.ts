import { createSystemClock } from '@millrace/async';
import type { JobCredential, Logger } from '@millrace/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@millrace/embedded-cluster';
import {
  connect,
  resolveConnection,
  withToken,
  type ConnectionFacts,
  type KubeConnection,
} from '@millrace/kube';

/** Where local jobs run. */
export interface LocalCluster {
  readonly api: KubeConnection;
  /** The same cluster as somebody else. */
  readonly accessAs: (credential: JobCredential) => KubeConnection;
  /** One line for people. */
  readonly description: string;
  /** Where objects belong unless somebody says otherwise: the kubeconfig's namespace. */
  readonly namespace: string;
  /** When set, every mount path of a job must lie below it. */
  readonly mountPrefix?: string;
  /** What jobs cannot do here, one sentence each. */
  readonly limits: readonly string[];
  readonly close: () => Promise<void>;
}

/** Options for {@link openLocalCluster}. */
export interface LocalClusterOptions {
  /** Name and version of the program, as API servers note it down. */
  readonly userAgent: string;
  /** A file: its cluster is used instead of an embedded one. */
  readonly kubeconfig?: string;
  /** A context of that file; its current one when absent. */
  readonly context?: string;
  /** `off`: the embedded cluster does not try namespaces of the kernel. */
  readonly namespaces: 'auto' | 'off';
  /** Folder with unpacked images for the embedded cluster. */
  readonly images?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Milliseconds for the first answer: a wrong address should be told before a job is planned. */
const firstAnswer = 15_000;

async function reach(api: KubeConnection, signal: AbortSignal): Promise<void> {
  try {
    await api.version({ signal, timeout: firstAnswer });
  } catch (failure) {
    await api.close();
    throw failure;
  }
}

/**
 * An embedded cluster of its own, or the cluster of a kubeconfig.
 * @throws RunnerError when the kubeconfig cannot be used, or its server does not answer within 15 seconds
 */
export async function openLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const clock = createSystemClock();
  const { logger, signal } = options;
  const connectOptions = { userAgent: options.userAgent, clock, logger };
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
      namespace: facts.namespace ?? 'default',
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
    namespace: 'default',
    limits: cluster.limits,
    ...(cluster.mountPrefix === undefined ? {} : { mountPrefix: cluster.mountPrefix }),
    close: async () => {
      await api.close();
      await cluster.close();
    },
  };
}
