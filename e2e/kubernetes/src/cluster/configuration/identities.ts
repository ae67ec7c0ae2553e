import { randomBytes } from 'node:crypto';
import type { KubeObject } from '@millrace/core';
import { apiUrl, nodeName } from '../layout.ts';

/** Who a part is for the API server. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
  readonly token: string;
}

const users: Readonly<
  Record<string, { readonly user: string; readonly groups?: readonly string[] }>
> = {
  admin: { user: 'admin', groups: ['system:masters'] },
  kubelet: { user: `system:node:${nodeName}`, groups: ['system:nodes'] },
  'kube-controller-manager': { user: 'system:kube-controller-manager' },
  'kube-scheduler': { user: 'system:kube-scheduler' },
  'kube-proxy': { user: 'system:kube-proxy' },
  coredns: { user: 'system:coredns' },
  'volume-provisioner': { user: 'system:volume-provisioner' },
};

/** A new token for everybody who talks to the API server. */
export const makeIdentities = (): Readonly<Record<string, Identity>> =>
  Object.fromEntries(
    Object.entries(users).map(([name, { user, groups = [] }]) => [
      name,
      { user, groups, token: randomBytes(24).toString('base64url') },
    ]),
  );

/** The API server's table of static tokens. */
export const tokenTable = (identities: Readonly<Record<string, Identity>>): string =>
  Object.values(identities)
    .map(({ token, user, groups }) => `${token},${user},${user},"${groups.join(',')}"\n`)
    .join('');

/** A kubeconfig, as JSON, which is YAML too. */
export const kubeconfig = (token: string, authority: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'cluster',
    clusters: [
      {
        name: 'cluster',
        cluster: {
          server: apiUrl,
          'certificate-authority-data': Buffer.from(authority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: 'user' } }],
  });

/** Gives a user the rights of a role in the whole cluster. */
export const bindingTo = (user: string, role: string): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: user },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});
