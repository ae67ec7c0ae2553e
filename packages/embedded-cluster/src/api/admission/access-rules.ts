import type { JsonObject, KubeObject } from '@millrace/core';
import { record, records, sameJson, text, texts } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';
import type { ResourceStrategy } from './strategy.ts';

const group = 'rbac.authorization.k8s.io';
const subjectKinds = ['ServiceAccount', 'User', 'Group'];
const roleKinds = ['Role', 'ClusterRole'];

/** A role without rules says so. */
export const roles: ResourceStrategy = {
  create: (_context, sent) => ({ ...sent, rules: sent['rules'] ?? null }),
  update: (_context, _before, after) => ({ ...after, rules: after['rules'] ?? null }),
  validate: (errors, role) => {
    for (const [index, rule] of records(role, 'rules').entries())
      checkRule(errors, `rules[${index}]`, rule, role.kind === 'Role');
  },
};

function checkRule(
  errors: FieldErrors,
  field: string,
  rule: JsonObject,
  namespaced: boolean,
): void {
  const paths = texts(rule, 'nonResourceURLs');
  if (texts(rule, 'verbs').length === 0)
    errors.required(`${field}.verbs`, 'verbs must contain at least one value');
  if (paths.length > 0) {
    if (namespaced)
      errors.invalid(
        `${field}.nonResourceURLs`,
        paths,
        'namespaced rules cannot apply to non-resource URLs',
      );
    else if (['apiGroups', 'resources', 'resourceNames'].some((key) => texts(rule, key).length > 0))
      errors.invalid(
        `${field}.nonResourceURLs`,
        paths,
        'rules cannot apply to both regular resources and non-resource URLs',
      );
    return;
  }
  if (texts(rule, 'apiGroups').length === 0)
    errors.required(`${field}.apiGroups`, 'resource rules must supply at least one api group');
  if (texts(rule, 'resources').length === 0)
    errors.required(`${field}.resources`, 'resource rules must supply at least one resource');
}

/** The group of the role, and of users and groups, goes without saying. */
function withGroups(binding: KubeObject): KubeObject {
  const subjects = records(binding, 'subjects').map((subject) =>
    ['User', 'Group'].includes(text(subject, 'kind')) ? { apiGroup: group, ...subject } : subject,
  );
  return {
    ...binding,
    roleRef: { apiGroup: group, ...record(binding, 'roleRef') },
    ...(subjects.length === 0 ? {} : { subjects }),
  };
}

/** A binding keeps the role it was made for. */
export const bindings: ResourceStrategy = {
  create: (_context, sent) => withGroups(sent),
  update: (_context, _before, after) => withGroups(after),
  validate: (errors, binding, before) => {
    const role = record(binding, 'roleRef');
    if (before !== undefined && !sameJson(before['roleRef'], role)) {
      errors.invalid('roleRef', goReference(role), 'cannot change roleRef');
      return;
    }
    const kind = text(role, 'kind');
    const kinds = binding.kind === 'RoleBinding' ? roleKinds : ['ClusterRole'];
    if (!kinds.includes(kind)) errors.unsupported('roleRef.kind', kind, kinds);
    if (text(role, 'name') === '') errors.required('roleRef.name');
    for (const [index, subject] of records(binding, 'subjects').entries()) {
      const field = `subjects[${index}]`;
      const subjectKind = text(subject, 'kind');
      if (text(subject, 'name') === '') errors.required(`${field}.name`);
      if (!subjectKinds.includes(subjectKind))
        errors.unsupported(`${field}.kind`, subjectKind, subjectKinds);
    }
  },
};

const goReference = (role: JsonObject): JsonObject => ({
  APIGroup: text(role, 'apiGroup'),
  Kind: text(role, 'kind'),
  Name: text(role, 'name'),
});
