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

/**
 * A `config.toml` of a runner that works in a namespace, with the cluster's images, which no registry has. Jobs that
 * name no image get the one with no more than a POSIX shell.
 */
export function runnerConfigText(
  { images, mountPrefix }: ClusterHandle,
  namespace: string,
): string {
  const directories =
    mountPrefix === undefined
      ? []
      : [`logs_base_dir = "${mountPrefix}"`, `scripts_base_dir = "${mountPrefix}"`];
  return [
    '[[runners]]',
    'name = "suite"',
    'executor = "kubernetes"',
    ...(mountPrefix === undefined ? [] : [`builds_dir = "${mountPrefix}/builds"`]),
    '[runners.kubernetes]',
    `namespace = "${namespace}"`,
    `image = "${images.shell}"`,
    `helper_image = "${images.helper}"`,
    'pull_policy = "if-not-present"',
    // A process that is the first of its container does not end by a TERM that it has not asked for.
    'pod_termination_grace_period_seconds = 1',
    ...directories,
    '',
  ].join('\n');
}
