import { createSystemClock, systemRandom } from '@millrace/async';
import {
  startEmbeddedCluster,
  type OpenStream,
  type RequestEntry,
  type RequestInterceptor,
} from '@millrace/embedded-cluster';
import { connect } from '@millrace/kube';
import { resourceTypes } from '@millrace/kube-objects';
import { silentLogger } from '../silent-logger.ts';
import { leftovers } from './leftovers.ts';
import { newUser } from './new-user.ts';
import type { ClusterFaults, ClusterHandle, SeenRequest, StreamKind } from './cluster-handle.ts';

/** Options for {@link startEmbeddedHandle}. */
export interface EmbeddedHandleOptions {
  /** `off` runs containers as plain processes, as on machines that refuse namespaces. */
  readonly namespaces?: 'auto' | 'off';
}

interface Refusal {
  readonly match: (request: SeenRequest) => boolean;
  readonly answer: { readonly code: number; readonly reason: string; readonly message: string };
  left: number;
}

/** Starts an embedded cluster with real processes, and faults in front of it. */
export async function startEmbeddedHandle(
  options: EmbeddedHandleOptions = {},
): Promise<ClusterHandle> {
  const clock = createSystemClock();
  const requests: RequestEntry[] = [];
  const streams = new Set<OpenStream>();
  const listeners = new Set<{ readonly kind: StreamKind; readonly opened: () => void }>();
  const refusals: Refusal[] = [];
  const interceptor: RequestInterceptor = {
    request: (request) => {
      const refusal = refusals.find(({ match, left }) => left > 0 && match(request));
      if (refusal === undefined) return { action: 'serve' };
      refusal.left -= 1;
      return {
        action: 'answer',
        status: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          ...refusal.answer,
        },
      };
    },
    opened: (stream) => {
      streams.add(stream);
      for (const listener of listeners) if (listener.kind === stream.kind) listener.opened();
      return () => void streams.delete(stream);
    },
  };
  const { signal } = new AbortController();
  const cluster = await startEmbeddedCluster({
    logger: silentLogger,
    signal,
    clock,
    interceptor,
    namespaces: options.namespaces ?? 'auto',
    onRequest: (request) => void requests.push(request),
  });
  const api = connect(
    {
      server: cluster.url,
      token: cluster.adminToken,
      ca: cluster.certificateAuthority,
      source: 'test',
    },
    { userAgent: 'millrace-testkit', clock, logger: silentLogger },
  );
  const faults: ClusterFaults = {
    cut: (kind, how) => {
      const open = [...streams].filter((stream) => stream.kind === kind);
      for (const stream of open) stream.cut(how);
      return open.length;
    },
    onOpened: (kind, opened) => {
      const listener = { kind, opened };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    refuse: (match, { times, ...answer }) => void refusals.push({ match, answer, left: times }),
    killContainer: (namespace, pod, container, how) =>
      Promise.resolve(void cluster.kubelet.killContainer({ namespace, name: pod }, container, how)),
    evict: (namespace, pod, message) =>
      Promise.resolve(void cluster.kubelet.evict({ namespace, name: pod }, message)),
  };
  const { gitVersion } = await api.version({ signal });
  return {
    kind: 'embedded',
    version: gitVersion,
    api,
    server: cluster.url,
    certificateAuthority: cluster.certificateAuthority,
    adminToken: cluster.adminToken,
    kubeconfig: cluster.kubeconfig,
    images: {
      shell: 'millrace.test/shell:1',
      tools: 'millrace.test/tools:1',
      helper: 'millrace.test/helper:1',
    },
    newUser: (namespace, rights) =>
      newUser(
        api,
        {
          server: cluster.url,
          certificateAuthority: cluster.certificateAuthority,
          token: cluster.adminToken,
        },
        namespace,
        rights,
      ),
    newNamespace: async () => {
      const name = `test-${systemRandom().name(8)}`;
      await api.create(
        resourceTypes.namespaces,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        { signal },
      );
      return name;
    },
    requests: () => requests,
    faults,
    leftovers: (namespace) => leftovers(api, namespace),
    ...(cluster.mountPrefix === undefined ? {} : { mountPrefix: cluster.mountPrefix }),
    close: async () => {
      await api.close();
      await cluster.close();
    },
  };
}
