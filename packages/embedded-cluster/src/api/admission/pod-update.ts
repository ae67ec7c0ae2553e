import type { JsonObject, KubeObject } from '@millrace/core';
import { count, record, records, sameJson, text } from '../../store/json.ts';
import { podType } from '../../store/resource-types.ts';
import { invalid, type FieldCause } from '../../store/status.ts';

const message =
  'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** The spec with everything replaced that may change. */
function fixedPart(spec: JsonObject, like: JsonObject): JsonObject {
  const images = (field: string): JsonObject => {
    if (spec[field] === undefined) return {};
    const originals = records(like, field);
    return {
      [field]: records(spec, field).map((container, index) => ({
        ...container,
        image: text(originals[index], 'image'),
      })),
    };
  };
  return {
    ...spec,
    ...images('containers'),
    ...images('initContainers'),
    activeDeadlineSeconds: like['activeDeadlineSeconds'],
    tolerations: like['tolerations'],
  };
}

/** Refuses what a running pod cannot change. @throws ApiStatusError Invalid */
export function checkPodUpdate(before: KubeObject, after: KubeObject): void {
  const [old, spec] = [record(before, 'spec'), record(after, 'spec')];
  const causes: FieldCause[] = [];
  const forbid = (field: string, detail: string): void =>
    void causes.push({ reason: 'FieldValueForbidden', field, message: detail });
  if (records(old, 'containers').length !== records(spec, 'containers').length)
    forbid('spec.containers', 'Forbidden: pod updates may not add or remove containers');
  else if (!sameJson(fixedPart(spec, old), old)) forbid('spec', message);
  const present = records(spec, 'tolerations');
  if (
    !records(old, 'tolerations').every((toleration) =>
      present.some((item) => sameJson(item, toleration)),
    )
  ) {
    forbid(
      'spec.tolerations',
      'Forbidden: existing toleration can not be modified except its tolerationSeconds',
    );
  }
  const deadline = [
    count(old, 'activeDeadlineSeconds'),
    count(spec, 'activeDeadlineSeconds'),
  ] as const;
  if (deadline[0] !== undefined && deadline[1] === undefined) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'spec.activeDeadlineSeconds',
      message: `Invalid value: null: must not update from a positive integer to nil value`,
    });
  } else if (deadline[0] !== undefined && deadline[1] !== undefined && deadline[1] > deadline[0]) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'spec.activeDeadlineSeconds',
      message: `Invalid value: ${deadline[1]}: must be less than or equal to previous value`,
    });
  }
  if (causes.length > 0) throw invalid(podType, before.metadata.name ?? '', causes);
}
