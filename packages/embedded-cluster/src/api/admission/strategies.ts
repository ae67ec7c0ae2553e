import type { KubeObject } from '@millrace/core';
import { record, records, sameJson, text } from '../../store/json.ts';
import { storageClassType } from '../../store/resource-types.ts';
import { checkQuotas } from '../../store/quota.ts';
import type { AdmissionContext } from './context.ts';
import type { FieldErrors } from './field-errors.ts';
import { validatePod } from './pod-validation.ts';
import { withPodDefaults } from './pod-defaults.ts';
import { preparePod, updatePod } from './pods.ts';
import { prepareSecret, validateConfigMap, validateSecret } from './secrets.ts';
import { prepareService, validateService } from './services.ts';

/** What is particular about one resource. */
export interface ResourceStrategy {
  /** What the API fills in whatever the cluster is; it belongs to whoever sends the object. */
  readonly defaults?: (object: KubeObject) => KubeObject;
  readonly create?: (context: AdmissionContext, object: KubeObject) => KubeObject;
  readonly update?: (
    context: AdmissionContext,
    before: KubeObject,
    after: KubeObject,
  ) => KubeObject;
  readonly validate?: (errors: FieldErrors, object: KubeObject, before?: KubeObject) => void;
  /** Checks of the cluster that come last, after validation. */
  readonly admitted?: (context: AdmissionContext, object: KubeObject) => void;
}

const quota = (context: AdmissionContext, object: KubeObject): void =>
  checkQuotas(context.store, context.type, object);

const labelledByName = (namespace: KubeObject): KubeObject => ({
  ...namespace,
  metadata: {
    ...namespace.metadata,
    labels: {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
    },
  },
});

const namespaces: ResourceStrategy = {
  defaults: labelledByName,
  create: (_context, sent) => ({
    ...labelledByName(sent),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  update: (_context, before, after) => ({ ...after, spec: before['spec'] }),
};

/** What the server has filled in, such as an address or a volume, stays when a client leaves it out. */
const keepSpec = (
  _context: AdmissionContext,
  before: KubeObject,
  after: KubeObject,
): KubeObject => ({
  ...after,
  spec: { ...record(before, 'spec'), ...record(after, 'spec') },
});

/** A claim that names no class gets the default one; an empty name means none at all. */
const claims: ResourceStrategy = {
  create: ({ store }, sent) => {
    const standard = store
      .list(storageClassType)
      .find(
        (item) =>
          item.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
      );
    const storageClassName =
      standard?.metadata.name === undefined ? {} : { storageClassName: standard.metadata.name };
    return {
      ...sent,
      spec: { volumeMode: 'Filesystem', ...storageClassName, ...record(sent, 'spec') },
      status: { phase: 'Pending' },
    };
  },
  update: keepSpec,
  validate: (errors, claim) => {
    if (!Array.isArray(record(claim, 'spec')['accessModes']))
      errors.required('spec.accessModes', 'at least 1 access mode is required');
    if (record(claim, 'spec', 'resources', 'requests')['storage'] === undefined)
      errors.required('spec.resources[storage]');
  },
  admitted: quota,
};

const events: ResourceStrategy = {
  validate: (errors, event) => {
    const namespace = text(event, 'involvedObject', 'namespace') || 'default';
    if (namespace !== event.metadata.namespace)
      errors.invalid('involvedObject.namespace', namespace, 'does not match event.namespace');
  },
};

/** A binding keeps the role it was made for. */
const bindings: ResourceStrategy = {
  validate: (errors, binding, before) => {
    if (text(binding, 'roleRef', 'name') === '') errors.required('roleRef.name');
    if (before !== undefined && !sameJson(before['roleRef'], binding['roleRef']))
      errors.invalid('roleRef', binding['roleRef'], 'cannot change roleRef');
    for (const [index, subject] of records(binding, 'subjects').entries()) {
      const kind = text(subject, 'kind');
      if (!['ServiceAccount', 'User', 'Group'].includes(kind))
        errors.unsupported(`subjects[${index}].kind`, kind, ['ServiceAccount', 'User', 'Group']);
    }
  },
};

const withEmptyStatus = (_context: AdmissionContext, sent: KubeObject): KubeObject => ({
  ...sent,
  status: {},
});

/** By plural name. A resource that is not listed is stored as it comes. */
export const strategies: Readonly<Record<string, ResourceStrategy>> = {
  pods: {
    defaults: withPodDefaults,
    create: preparePod,
    update: updatePod,
    validate: validatePod,
    admitted: quota,
  },
  services: {
    create: prepareService,
    update: keepSpec,
    validate: validateService,
    admitted: quota,
  },
  secrets: {
    create: (_context, sent) => prepareSecret(sent),
    update: (_context, _before, after) => prepareSecret(after),
    validate: validateSecret,
    admitted: quota,
  },
  configmaps: { validate: validateConfigMap, admitted: quota },
  namespaces,
  persistentvolumeclaims: claims,
  events,
  rolebindings: bindings,
  clusterrolebindings: bindings,
  poddisruptionbudgets: { create: withEmptyStatus, admitted: quota },
  resourcequotas: { create: withEmptyStatus },
};
