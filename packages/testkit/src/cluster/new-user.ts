import { systemRandom } from '@millrace/async';
import type { KubeApi, JsonObject, ResourceType } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { Rights } from './cluster-handle.ts';
import { rawRequest, type ApiAddress } from './raw-request.ts';

const group = 'rbac.authorization.k8s.io';
const rbac = (kind: string): ResourceType => ({
  group,
  version: 'v1',
  plural: `${kind.toLowerCase()}s`,
  kind,
  namespaced: true,
});

/** Makes a service account with these rights and no other; returns a token of it. */
export async function newUser(
  api: KubeApi,
  address: ApiAddress,
  namespace: string,
  rights: Rights,
): Promise<string> {
  const { signal } = new AbortController();
  const name = `user-${systemRandom().name(8)}`;
  const metadata = { name, namespace };
  await api.create(
    resourceTypes.serviceaccounts,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { signal },
  );
  const create = (kind: string, fields: JsonObject): Promise<unknown> =>
    api.create(rbac(kind), { apiVersion: `${group}/v1`, kind, metadata, ...fields }, { signal });
  await create('Role', {
    rules: Object.entries(rights).map(([key, verbs]) => {
      const [resource = '', ...rest] = key.split('.');
      return { apiGroups: [rest.join('.')], resources: [resource], verbs: [...verbs] };
    }),
  });
  await create('RoleBinding', {
    roleRef: { apiGroup: group, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const { status, text } = await rawRequest(
    address,
    {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    },
    { signal },
  );
  if (status !== 201) throw new Error(`no token for ${namespace}/${name}: ${status} ${text}`);
  return (JSON.parse(text) as { readonly status: { readonly token: string } }).status.token;
}
