import type { ClusterHandle } from '@millrace/testkit';

/** In what a kubeconfig differs from the administrator's. */
export interface KubeconfigChanges {
  readonly server?: string;
  readonly token?: string;
  /** PEM. */
  readonly authority?: string;
}

/** A kubeconfig that differs from the administrator's. */
export const kubeconfigText = (
  { server, adminToken, certificateAuthority }: ClusterHandle,
  changes: KubeconfigChanges,
): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      {
        name: 'c',
        cluster: {
          server: changes.server ?? server,
          'certificate-authority-data': Buffer.from(
            changes.authority ?? certificateAuthority,
          ).toString('base64'),
        },
      },
    ],
    users: [{ name: 'u', user: { token: changes.token ?? adminToken } }],
  });

/** What of a runner's entry is not the cluster's. */
export interface RunnerEntry {
  readonly url: string;
  readonly token: string;
  readonly concurrent?: number;
  /** More lines before the first table. */
  readonly global?: string;
  /** More lines of `[[runners]]`. */
  readonly runner?: string;
  /** More lines of `[runners.kubernetes]`. */
  readonly pods?: string;
}

/**
 * A `config.toml` of a runner that works in a namespace, with the cluster's images, which no registry has. Jobs that
 * name no image get the one with no more than a POSIX shell.
 */
export const runnerConfigText = (cluster: ClusterHandle, namespace: string): string =>
  [
    '[[runners]]',
    'name = "suite"',
    ...runnerLines(cluster),
    ...podLines(cluster, namespace),
    '',
  ].join('\n');

/** The same for a runner that takes jobs from a server; the cluster's authority lies beside it in `authority.pem`. */
export const runConfigText = (
  cluster: ClusterHandle,
  namespace: string,
  { url, token, concurrent = 1, global = '', runner = '', pods = '' }: RunnerEntry,
): string =>
  [
    `concurrent = ${concurrent}`,
    'check_interval = 1',
    global,
    '[[runners]]',
    'name = "suite"',
    `url = "${url}"`,
    `token = "${token}"`,
    ...runnerLines(cluster),
    runner,
    ...podLines(cluster, namespace),
    `host = "${cluster.server}"`,
    `bearer_token = "${cluster.adminToken}"`,
    'ca_file = "authority.pem"',
    pods,
    '',
  ].join('\n');

/** The same as flags of `run-single`, in the folder that the configuration was written to. */
export const podFlags = (cluster: ClusterHandle, namespace: string): readonly string[] => {
  const { images, mountPrefix, server, adminToken } = cluster;
  const pods = {
    namespace,
    image: images.shell,
    'helper-image': images.helper,
    'pull-policy': 'if-not-present',
    pod_termination_grace_period_seconds: '1',
    host: server,
    bearer_token: adminToken,
    'ca-file': 'authority.pem',
    ...(mountPrefix === undefined
      ? {}
      : { 'logs-base-dir': mountPrefix, 'scripts-base-dir': mountPrefix }),
  };
  return [
    '--executor=kubernetes',
    ...(mountPrefix === undefined ? [] : ['--builds-dir', `${mountPrefix}/builds`]),
    ...Object.entries(pods).map(([name, value]) => `--kubernetes-${name}=${value}`),
  ];
};

const runnerLines = ({ mountPrefix }: ClusterHandle): readonly string[] => [
  'executor = "kubernetes"',
  ...(mountPrefix === undefined ? [] : [`builds_dir = "${mountPrefix}/builds"`]),
];

const podLines = ({ images, mountPrefix }: ClusterHandle, namespace: string): readonly string[] => [
  '[runners.kubernetes]',
  `namespace = "${namespace}"`,
  `image = "${images.shell}"`,
  `helper_image = "${images.helper}"`,
  'pull_policy = "if-not-present"',
  // A process that is the first of its container does not end by a TERM that it has not asked for.
  'pod_termination_grace_period_seconds = 1',
  ...(mountPrefix === undefined
    ? []
    : [`logs_base_dir = "${mountPrefix}"`, `scripts_base_dir = "${mountPrefix}"`]),
];
