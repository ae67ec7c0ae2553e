import { setTimeout as pause } from 'node:timers/promises';
import { createSystemClock, systemRandom } from '@millrace/async';
import type { KubeApi } from '@millrace/core';
import { connect, resolveConnection } from '@millrace/kube';
import { resourceTypes } from '@millrace/kube-objects';
import {
  leftovers,
  newUser,
  rawRequest,
  silentLogger,
  type ClusterHandle,
  type ClusterImages,
} from '@millrace/testkit';
import { preloaded, pulled } from '../images/images.ts';
import { startApiProxy, type ApiProxy, type Upstream } from './api-proxy.ts';
import { killContainer, runOutOfMemory } from './node-access.ts';
import { makeProxyCertificate } from './proxy-certificate.ts';
import { proxyKubeconfig } from './proxy-kubeconfig.ts';
import { runningCluster, type RunningCluster } from './running-cluster.ts';

/** A real Kubernetes as the suites see it. */
export interface RealHandle extends ClusterHandle {
  readonly kind: 'real';
  /** The proxy that everything of this handle goes through. */
  readonly proxy: ApiProxy;
  /** With a hold of the node; absent for a cluster that somebody else runs. */
  readonly own?: RunningCluster;
}

const { signal } = new AbortController();
const step = 50;

/** Opens a handle on the cluster that `npm run e2e` brought up, or on that of `MILLRACE_E2E_KUBECONFIG`. */
export async function startRealHandle(): Promise<RealHandle> {
  const own = await runningCluster();
  const upstream = own === undefined ? await givenCluster() : upstreamOf(own);
  const certificate = await makeProxyCertificate();
  const adminToken = systemRandom().name(32);
  const proxy = await startApiProxy(upstream, certificate, adminToken);
  const address = {
    server: proxy.url,
    certificateAuthority: certificate.certificate,
    token: adminToken,
  };
  const api = connect(
    { server: proxy.url, ca: certificate.certificate, token: adminToken, source: 'test' },
    { userAgent: 'millrace-testkit', clock: createSystemClock(), logger: silentLogger },
  );
  const namespaces: string[] = [];
  const { gitVersion } = await api.version({ signal });
  return {
    kind: 'real',
    version: gitVersion,
    api,
    proxy,
    ...(own === undefined ? {} : { own }),
    server: proxy.url,
    certificateAuthority: certificate.certificate,
    adminToken,
    kubeconfig: proxyKubeconfig(proxy.url, certificate.certificate, adminToken),
    images: own === undefined ? givenImages() : preloaded,
    ...(own === undefined ? {} : { closedImage: { image: pulled.closed, ...own.registryLogin } }),
    newUser: (namespace, rights) => newUser(api, address, namespace, rights),
    newNamespace: async () => {
      const name = await makeNamespace(api);
      namespaces.push(name);
      return name;
    },
    requests: proxy.requests,
    faults: {
      ...proxy.faults,
      ...(own === undefined
        ? {}
        : {
            killContainer: (namespace, pod, container, how = {}) =>
              (how.outOfMemory === true ? runOutOfMemory : killContainer)(api, {
                namespace,
                pod,
                container,
              }),
          }),
      evict: async (namespace, pod, message) => {
        const path = `/api/v1/namespaces/${namespace}/pods/${pod}/status`;
        // What a kubelet under pressure writes; the kubelet takes it over and ends the pod's containers.
        const answer = await rawRequest(
          address,
          {
            method: 'PATCH',
            path,
            headers: { 'content-type': 'application/merge-patch+json' },
            body: { status: { phase: 'Failed', reason: 'Evicted', message } },
          },
          { signal },
        );
        if (answer.status !== 200) throw new Error(`evicting ${pod}: ${answer.text}`);
      },
    },
    leftovers: (namespace) => leftovers(api, namespace),
    close: async () => {
      for (const name of namespaces)
        await api.delete({ type: resourceTypes.namespaces, namespace: '', name }, {}, { signal });
      await api.close();
      await proxy.close();
    },
  };
}

const upstreamOf = (own: RunningCluster): Upstream => ({
  server: own.server,
  ca: own.certificateAuthority,
  token: own.adminToken,
});

async function givenCluster(): Promise<Upstream> {
  const file = process.env['MILLRACE_E2E_KUBECONFIG'] ?? '';
  if (file === '') throw new Error('no cluster: run these tests by `npm run e2e`');
  return resolveConnection({ kind: 'kubeconfig', env: {}, file }, { signal });
}

/** Somebody else's cluster pulls images from where it can. */
const givenImages = (): ClusterImages => ({
  shell: process.env['MILLRACE_E2E_SHELL_IMAGE'] ?? 'docker.io/library/busybox:stable',
  tools: process.env['MILLRACE_E2E_TOOLS_IMAGE'] ?? 'docker.io/library/buildpack-deps:bookworm-scm',
  helper:
    process.env['MILLRACE_E2E_TOOLS_IMAGE'] ?? 'docker.io/library/buildpack-deps:bookworm-scm',
});

/** Pods are refused in a namespace until its default service account is there. */
async function makeNamespace(api: KubeApi): Promise<string> {
  const name = `test-${systemRandom().name(8)}`;
  await api.create(
    resourceTypes.namespaces,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { signal },
  );
  const account = { type: resourceTypes.serviceaccounts, namespace: name, name: 'default' };
  for (;;) {
    try {
      await api.get(account, { signal });
      return name;
    } catch {
      await pause(step);
    }
  }
}
