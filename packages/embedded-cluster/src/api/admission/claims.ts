import type { JsonObject } from '@millrace/core';
import { parseQuantity } from '@millrace/kube-objects';
import { record, sameJson, text, texts } from '../../store/json.ts';
import { storageClassType } from '../../store/resource-types.ts';
import type { FieldErrors } from './field-errors.ts';
import type { ResourceStrategy } from './strategy.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

/** A claim that names no class gets the default one; an empty name means none at all. */
export const claims: ResourceStrategy = {
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
  validate: (errors, claim, before) => {
    const spec = record(claim, 'spec');
    checkClaim(errors, spec);
    if (before !== undefined && !sameJson(fixed(record(before, 'spec')), fixed(spec)))
      errors.forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      );
  },
};

function checkClaim(errors: FieldErrors, spec: JsonObject): void {
  const modes = texts(spec, 'accessModes');
  if (modes.length === 0) errors.required('spec.accessModes', 'at least 1 access mode is required');
  for (const mode of modes)
    if (!accessModes.includes(mode)) errors.unsupported('spec.accessModes', mode, accessModes);
  const storage = text(spec, 'resources', 'requests', 'storage');
  if (storage === '') errors.required('spec.resources[storage]');
  else if (parseQuantity(storage).digits <= 0n)
    errors.invalid('spec.resources[storage]', storage, 'must be greater than zero');
  const mode = text(spec, 'volumeMode');
  if (!volumeModes.includes(mode)) errors.unsupported('spec.volumeMode', mode, volumeModes);
}

/** What of a claim stays as it was made: everything, until it is bound. */
function fixed(spec: JsonObject): JsonObject {
  if (text(spec, 'volumeName') === '') return spec;
  const { resources, volumeAttributesClassName: _class, ...rest } = spec;
  return { ...rest, limits: record(resources, 'limits') };
}
