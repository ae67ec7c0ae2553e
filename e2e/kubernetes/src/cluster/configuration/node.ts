import type { Certificates } from '../certificates.ts';
import { addresses, cgroup, inState, nodeName, runtimeSocket } from '../layout.ts';

/**
 * The kubelet's configuration. It runs on old and new cgroups, removes no image (they are not to be had again), gives up
 * memory only when it is nearly gone, hides the names of the machine's own DNS from pods, and leaves no rules in the packet filter.
 */
export const kubeletConfiguration = ({ authority, kubelet }: Certificates): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${cgroup}`,
  containerRuntimeEndpoint: `unix://${runtimeSocket}`,
  address: addresses.node,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: authority.certificate },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: kubelet.certificate,
  tlsPrivateKeyFile: kubelet.key,
  healthzBindAddress: '127.0.0.1',
  healthzPort: addresses.health.kubelet,
  clusterDNS: [addresses.node],
  clusterDomain: 'cluster.local',
  resolvConf: inState('resolv.conf'),
  podLogsDir: inState('pod-logs'),
  volumePluginDir: inState('volume-plugins'),
  staticPodPath: '',
  failSwapOn: false,
  seccompDefault: true,
  oomScoreAdj: 0,
  maxOpenFiles: 20_000,
  maxPods: 200,
  serializeImagePulls: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '200Mi',
    'nodefs.available': '1%',
    'nodefs.inodesFree': '1%',
    'imagefs.available': '1%',
  },
  makeIPTablesUtilChains: false,
  podPidsLimit: 4096,
  shutdownGracePeriod: '0s',
});

/** The service proxy's configuration. Limits of connection tracking are the machine's own affair. */
export const proxyConfiguration = (kubeconfig: string): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  clientConnection: { kubeconfig },
  mode: 'nftables',
  hostnameOverride: nodeName,
  bindAddress: addresses.node,
  healthzBindAddress: `127.0.0.1:${addresses.health.proxy}`,
  metricsBindAddress: `127.0.0.1:${addresses.health.proxyMetrics}`,
  clusterCIDR: addresses.pods,
  oomScoreAdj: 0,
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  nftables: { minSyncPeriod: '200ms', syncPeriod: '30s' },
});

/** The cluster's DNS; a name it does not know is unknown, at once. */
export const dnsConfiguration = (kubeconfig: string): string => `.:53 {
  bind ${addresses.node}
  errors
  ready 127.0.0.1:${addresses.dnsReady}
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig} cluster
    pods insecure
    ttl 2
  }
  cache 2
}
`;
