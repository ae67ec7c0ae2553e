import type { JsonObject, KubeObject } from '@millrace/core';
import { records, text, texts } from '../store/json.ts';
import {
  clusterRoleBindingType,
  clusterRoleType,
  roleBindingType,
  roleType,
} from '../store/resource-types.ts';
import { failure, forbidden, type ApiStatusError } from '../store/status.ts';
import type { Store } from '../contracts.ts';

/** Who asks. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** Whatever else is known of them, such as by which credential they came. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What somebody wants to do: with a resource, or with a path outside the resources. */
export interface AccessAttributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
}

/** Whether it may be done, and by which rule. */
export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Answers questions about rights from the stored roles and bindings. */
export interface Authorizer {
  readonly decide: (identity: Identity, attributes: AccessAttributes) => AccessDecision;
  /** The rules an identity has in a namespace. */
  readonly rules: (identity: Identity, namespace: string) => readonly JsonObject[];
}

interface BoundRules {
  readonly rules: readonly JsonObject[];
  readonly reason: string;
}

const matches = (allowed: readonly string[], wanted: string): boolean =>
  allowed.includes('*') || allowed.includes(wanted);

function resourceMatches(rule: JsonObject, attributes: AccessAttributes): boolean {
  const { resource = '', subresource = '' } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const resources = texts(rule, 'resources');
  const named = texts(rule, 'resourceNames');
  return (
    matches(texts(rule, 'apiGroups'), attributes.group ?? '') &&
    (matches(resources, full) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    (named.length === 0 || named.includes(attributes.name ?? ''))
  );
}

const pathMatches = (rule: JsonObject, path: string): boolean =>
  texts(rule, 'nonResourceURLs').some((allowed) =>
    allowed.endsWith('*') ? path.startsWith(allowed.slice(0, -1)) : path === allowed,
  );

const ruleMatches = (rule: JsonObject, attributes: AccessAttributes): boolean =>
  matches(texts(rule, 'verbs'), attributes.verb) &&
  (attributes.path === undefined
    ? resourceMatches(rule, attributes)
    : pathMatches(rule, attributes.path));

function isSubject(subject: JsonObject, identity: Identity, bindingNamespace: string): boolean {
  const name = text(subject, 'name');
  switch (text(subject, 'kind')) {
    case 'User':
      return name === identity.name;
    case 'Group':
      return identity.groups.includes(name);
    case 'ServiceAccount':
      return (
        identity.name ===
        `system:serviceaccount:${text(subject, 'namespace') || bindingNamespace}:${name}`
      );
    default:
      return false;
  }
}

/** By what somebody may do something, as Kubernetes says it. */
function reasonOf(binding: KubeObject, subject: JsonObject): string {
  const { name = '', namespace } = binding.metadata;
  const kind = text(subject, 'kind');
  const own = text(subject, 'namespace') || (namespace ?? '');
  const who = kind === 'ServiceAccount' ? `${text(subject, 'name')}/${own}` : text(subject, 'name');
  return (
    `RBAC: allowed by ${binding.kind} "${namespace === undefined ? name : `${name}/${namespace}`}"` +
    ` of ${text(binding, 'roleRef', 'kind')} "${text(binding, 'roleRef', 'name')}" to ${kind} "${who}"`
  );
}

/** RBAC over a store; members of `system:masters` may do everything. */
export function createRbacAuthorizer(store: Store): Authorizer {
  const rulesOf = (binding: KubeObject): readonly JsonObject[] => {
    const cluster = text(binding, 'roleRef', 'kind') === 'ClusterRole';
    const type = cluster ? clusterRoleType : roleType;
    const namespace = cluster ? '' : (binding.metadata.namespace ?? '');
    return records(store.get({ type, namespace, name: text(binding, 'roleRef', 'name') }), 'rules');
  };
  const bound = (identity: Identity, namespace: string): readonly BoundRules[] => {
    const bindings = [
      ...store.list(clusterRoleBindingType),
      ...(namespace === '' ? [] : store.list(roleBindingType, namespace)),
    ];
    return bindings.flatMap((binding) => {
      const subject = records(binding, 'subjects').find((item) =>
        isSubject(item, identity, binding.metadata.namespace ?? ''),
      );
      return subject === undefined
        ? []
        : [{ rules: rulesOf(binding), reason: reasonOf(binding, subject) }];
    });
  };
  return {
    decide: (identity, attributes) => {
      if (identity.groups.includes('system:masters')) return { allowed: true, reason: '' };
      const by = bound(identity, attributes.namespace ?? '').find((item) =>
        item.rules.some((rule) => ruleMatches(rule, attributes)),
      );
      return by === undefined
        ? { allowed: false, reason: '' }
        : { allowed: true, reason: by.reason };
    },
    rules: (identity, namespace) =>
      identity.groups.includes('system:masters')
        ? [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
            { verbs: ['*'], nonResourceURLs: ['*'] },
          ]
        : bound(identity, namespace).flatMap((item) => item.rules),
  };
}

/** The refusal in Kubernetes' words. */
export function accessRefused(identity: Identity, attributes: AccessAttributes): ApiStatusError {
  const user = `User ${JSON.stringify(identity.name)}`;
  if (attributes.path !== undefined)
    return failure(
      403,
      'Forbidden',
      `forbidden: ${user} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`,
      {},
    );
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where =
    namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return forbidden(
    { group, plural: resource },
    name,
    `${user} cannot ${attributes.verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}`,
  );
}
