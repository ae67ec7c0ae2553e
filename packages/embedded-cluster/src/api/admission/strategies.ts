import type { KubeObject } from '@millrace/core';
import { record } from '../../store/json.ts';
import { checkQuotas } from '../../store/quota.ts';
import { bindings, roles } from './access-rules.ts';
import { claims } from './claims.ts';
import {
  disruptionBudgets,
  events,
  limitRanges,
  priorityClasses,
  quotas,
  storageClasses,
} from './cluster-objects.ts';
import type { AdmissionContext } from './context.ts';
import { validatePod } from './pod-validation.ts';
import { withPodDefaults } from './pod-defaults.ts';
import { podWarnings, preparePod, updatePod, updatePodStatus } from './pods.ts';
import { prepareSecret, validateConfigMap, validateSecret } from './secrets.ts';
import { prepareService, updateService, validateService } from './services.ts';
import type { ResourceStrategy } from './strategy.ts';

const quota = (context: AdmissionContext, object: KubeObject): void =>
  checkQuotas(context.store, context.type, object);

const nameLabel = 'kubernetes.io/metadata.name';

/** A namespace is labelled with its own name, whatever a client says. */
const labelled = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    labels: { ...object.metadata.labels, [nameLabel]: object.metadata.name ?? '' },
  },
});

const namespaces: ResourceStrategy = {
  defaults: labelled,
  create: (_context, sent) => ({
    ...labelled(sent),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  update: (_context, before, after) => ({ ...labelled(after), spec: before['spec'] }),
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

/** By plural name. A resource that is not listed is stored as it comes. */
export const strategies: Readonly<Record<string, ResourceStrategy>> = {
  pods: {
    defaults: withPodDefaults,
    create: preparePod,
    update: updatePod,
    validate: validatePod,
    admitted: quota,
    updateStatus: updatePodStatus,
    warnings: podWarnings,
  },
  services: {
    create: prepareService,
    update: updateService,
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
  persistentvolumeclaims: { ...claims, update: keepSpec, admitted: quota },
  events,
  roles,
  clusterroles: roles,
  rolebindings: bindings,
  clusterrolebindings: bindings,
  poddisruptionbudgets: { ...disruptionBudgets, admitted: quota },
  resourcequotas: quotas,
  limitranges: limitRanges,
  priorityclasses: priorityClasses,
  storageclasses: storageClasses,
};
