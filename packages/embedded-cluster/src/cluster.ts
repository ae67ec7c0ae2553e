import { rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { createSystemClock } from '@millrace/async';
import type { Clock, Logger } from '@millrace/core';
import { staticTokens, type StaticToken } from './api/authentication.ts';
import type { RequestInterceptor } from './api/interceptor.ts';
import { startApiServer } from './api/server.ts';
import { createServerCertificate } from './api/server-certificate.ts';
import { createServiceAccountTokens } from './api/service-account-tokens.ts';
import type { ContainerRuntime, RequestEntry } from './contracts.ts';
import { makeDataDirectory } from './data-directory.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { startKubelet, type Kubelet } from './kubelet/start-kubelet.ts';
import { createProcessRuntime } from './runtime/process/create-process-runtime.ts';
import { createClusterNames } from './store/cluster-names.ts';
import { startControllers } from './store/controllers.ts';
import { registerNode } from './kubelet/node-object.ts';
import { createStore, type ObjectStore } from './store/store.ts';

/** Options for {@link startEmbeddedCluster}. */
export interface EmbeddedClusterOptions {
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Port on 127.0.0.1; any free one by default. */
  readonly port?: number;
  /** Where volumes, logs and containers live; a temporary folder by default, removed at the end. */
  readonly dataDirectory?: string;
  /** `off` runs containers as plain processes even where namespaces are allowed. */
  readonly namespaces?: 'auto' | 'off';
  /** Folder of unpacked images. */
  readonly imagesDirectory?: string;
  /** Another way to run containers, for fault tests; real processes by default. */
  readonly runtime?: (options: {
    readonly clock: Clock;
    readonly dataDirectory: string;
  }) => ContainerRuntime | Promise<ContainerRuntime>;
  readonly clock?: Clock;
  readonly interceptor?: RequestInterceptor;
  /** Called once for each request. */
  readonly onRequest?: (request: RequestEntry) => void;
}

/** A running cluster of one node. */
export interface EmbeddedCluster {
  readonly url: string;
  /** Token of a member of `system:masters`. */
  readonly adminToken: string;
  readonly kubeconfig: string;
  /** PEM of the server's certificate; clients must trust it. */
  readonly certificateAuthority: string;
  /** One line: what it is and is not. */
  readonly description: string;
  /** What containers cannot do on this machine, one sentence each. */
  readonly limits: readonly string[];
  /** When set, every mount path must lie below this folder. */
  readonly mountPrefix?: string;
  readonly store: ObjectStore;
  readonly kubelet: Kubelet;
  /** Makes a token for a user, with an optional end in milliseconds since the epoch. */
  readonly addToken: (user: StaticToken) => void;
  readonly close: () => Promise<void>;
}

const nodeName = 'millrace-embedded';

/** Starts an API server, a scheduler and a kubelet in this process. */
export async function startEmbeddedCluster(
  options: EmbeddedClusterOptions,
): Promise<EmbeddedCluster> {
  const { logger, signal } = options;
  signal.throwIfAborted();
  const clock = options.clock ?? createSystemClock();
  const dataDirectory = options.dataDirectory ?? (await makeDataDirectory());
  const runtime = await (options.runtime?.({ clock, dataDirectory }) ??
    createProcessRuntime({
      dataDirectory,
      clock,
      logger,
      namespaces: options.namespaces ?? 'auto',
      ...(options.imagesDirectory === undefined
        ? {}
        : { imagesDirectory: options.imagesDirectory }),
    }));
  const store = createStore({ clock });
  const tls = createServerCertificate(clock.now());
  const stopControllers = startControllers(store, { clock, rootCertificate: tls.cert });
  const stopRegistration = registerNode(store, clock, nodeName, '127.0.0.1');
  // As with a server that has just started, the past begins here.
  store.compact();
  const tokens: StaticToken[] = [
    {
      token: randomBytes(24).toString('base64url'),
      user: 'millrace-admin',
      groups: ['system:masters'],
    },
  ];
  const adminToken = tokens[0]?.token ?? '';
  const accounts = createServiceAccountTokens(store, clock);
  const kubelet = startKubelet({
    store,
    runtime,
    clock,
    dataDirectory,
    logger,
    nodeName,
    issueToken: accounts.issue,
    names: createClusterNames(store),
  });
  const server = await startApiServer({
    store,
    node: kubelet.node,
    clock,
    authenticators: [staticTokens(() => tokens, clock), accounts.authenticator],
    anonymous: true,
    issueToken: accounts.issue,
    logger,
    tls,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.onRequest === undefined ? {} : { observer: { request: options.onRequest } }),
    ...(options.interceptor === undefined ? {} : { interceptor: options.interceptor }),
  });
  return {
    url: server.url,
    adminToken,
    certificateAuthority: tls.cert,
    kubeconfig: kubeconfigText(server.url, adminToken, tls.cert),
    description: `the embedded cluster at ${server.url}: an honest subset of Kubernetes with one node, containers as processes of this machine; not for production`,
    limits: runtime.limits,
    ...(runtime.mountPrefix === undefined ? {} : { mountPrefix: runtime.mountPrefix }),
    store,
    kubelet,
    addToken: (user) => void tokens.push(user),
    close: async () => {
      await server.close();
      await kubelet.stop();
      stopRegistration();
      stopControllers();
      await runtime.dispose();
      if (options.dataDirectory === undefined)
        await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
