import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const checkout: string = fileURLToPath(new URL('../../../..', import.meta.url));

/** Addresses of the cluster. One cluster at a time: they are the same everywhere. */
export const addresses = {
  bridge: 'millrace0',
  /** The node, its kubelet, the cluster's DNS and the registries, on the bridge. */
  node: '10.98.0.1',
  pods: '10.98.0.0/24',
  services: '10.99.0.0/24',
  /** Service address of the API server, as pods see it. */
  apiService: '10.99.0.1',
  /** Clients on this machine come through the loopback interface. */
  api: { host: '127.0.0.1', port: 26443 },
  etcd: { client: 26379, peer: 26380 },
  dnsReady: 26181,
  registries: { open: 26500, closed: 26501 },
  /** Health and metrics of the parts, on the loopback interface. */
  health: {
    kubelet: 26248,
    proxy: 26256,
    proxyMetrics: 26249,
    controllers: 26257,
    scheduler: 26259,
  },
} as const;

/** The cgroup below which all pods are, and nothing else of the machine. */
export const cgroup = 'millrace-e2e';

/** Name of the only node. */
export const nodeName = 'millrace-e2e';

/** Where sockets and the note of who runs the cluster lie: short, because a socket's path may have 107 bytes. */
export const runtimeFolder = '/run/millrace-e2e';

/**
 * All files of a running cluster, removed with it. Below the checkout's ignored cache, unless tests use a cluster that was
 * brought up from another checkout.
 */
export const stateFolder: string =
  process.env['MILLRACE_E2E_STATE'] ?? join(checkout, '.cache', 'kubernetes');

/** A place below {@link stateFolder}. */
export const inState = (...parts: readonly string[]): string => join(stateFolder, ...parts);

/** containerd's socket; it also marks the processes that belong to the cluster. */
export const runtimeSocket: string = join(runtimeFolder, 'containerd.sock');

/** The address of the API server for everything on this machine. */
export const apiUrl = `https://${addresses.api.host}:${addresses.api.port}`;
