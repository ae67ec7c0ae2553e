import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { isRecord, record, records, scalarText, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';
import type { ResourceStrategy } from './strategy.ts';

/** An event says all that older clients read, even where nothing is to be said. */
const withEventFields = (event: KubeObject): KubeObject => ({
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
  ...event,
});

/** Events are about something in their own namespace. */
export const events: ResourceStrategy = {
  create: (_context, sent) => withEventFields(sent),
  update: (_context, _before, after) => withEventFields(after),
  validate: (errors, event) => {
    const namespace = text(event, 'involvedObject', 'namespace') || 'default';
    if (namespace !== event.metadata.namespace)
      errors.invalid('involvedObject.namespace', namespace, 'does not match event.namespace');
  },
};

/** A budget of pods that may not be taken away. */
export const disruptionBudgets: ResourceStrategy = {
  create: (_context, sent) => ({
    ...sent,
    metadata: { ...sent.metadata, generation: 1 },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
  validate: (errors, budget) => {
    const spec = record(budget, 'spec');
    const { minAvailable, maxUnavailable } = spec;
    if (minAvailable !== undefined && maxUnavailable !== undefined)
      errors.invalid('spec', goBudget(spec), 'minAvailable and maxUnavailable cannot be both set');
    checkBound(errors, 'spec.minAvailable', minAvailable);
    checkBound(errors, 'spec.maxUnavailable', maxUnavailable);
  },
};

function checkBound(errors: FieldErrors, field: string, bound: JsonValue | undefined): void {
  if (typeof bound === 'number' && bound < 0)
    errors.invalid(field, bound, 'must be greater than or equal to 0');
  if (typeof bound === 'string' && !/^\d+%$/u.test(bound))
    errors.invalid(
      field,
      bound,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    );
}

const goBudget = (spec: JsonObject): JsonObject => ({
  MinAvailable: spec['minAvailable'] ?? null,
  Selector: spec['selector'] ?? null,
  MaxUnavailable: spec['maxUnavailable'] ?? null,
  UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
});

const countedResources = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'pods',
  'services',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'storage',
];
const quotaNames = new Set(countedResources);
const quotaPrefixes = ['requests.', 'limits.', 'count/', 'services.', 'hugepages-'];

/** What a namespace may use in all. */
export const quotas: ResourceStrategy = {
  create: (_context, sent) => ({ ...sent, status: {} }),
  validate: (errors, quota) => {
    for (const [name, amount] of Object.entries(record(quota, 'spec', 'hard'))) {
      const field = `spec.hard[${name}]`;
      const known =
        quotaNames.has(name) ||
        name.includes('/') ||
        quotaPrefixes.some((prefix) => name.startsWith(prefix));
      if (!known) {
        errors.invalid(field, name, 'must be a standard resource type or fully qualified');
        errors.invalid(field, name, 'must be a standard resource for quota');
      }
      if (scalarText(amount).startsWith('-'))
        errors.invalid(field, amount, 'must be greater than or equal to 0');
    }
  },
};

/** A container that is given a default limit requests as much. */
export const limitRanges: ResourceStrategy = {
  create: (_context, sent) => {
    const limits = records(sent, 'spec', 'limits').map((limit) =>
      text(limit, 'type') === 'Container' && isRecord(limit['default'])
        ? { ...limit, defaultRequest: { ...limit['default'], ...record(limit, 'defaultRequest') } }
        : limit,
    );
    return { ...sent, spec: { ...record(sent, 'spec'), limits } };
  },
};

/** Pods of a class make room for themselves unless it says otherwise. */
export const priorityClasses: ResourceStrategy = {
  create: (_context, sent) => ({
    preemptionPolicy: 'PreemptLowerPriority',
    ...sent,
    metadata: { ...sent.metadata, generation: 1 },
  }),
};

/** Volumes of a class go with their claims and are made at once unless it says otherwise. */
export const storageClasses: ResourceStrategy = {
  create: (_context, sent) => ({
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    ...sent,
  }),
};
