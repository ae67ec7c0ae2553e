import type { JsonObject } from '@millrace/core';
import { labelKeyErrors } from '@millrace/kube-objects';
import { count, isRecord, record, records, text, texts } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
const nodeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
const unsatisfiable = ['DoNotSchedule', 'ScheduleAnyway'];

/** Checks where a pod wants to run: affinity to nodes and pods, spread over topologies. */
export function checkPlacement(errors: FieldErrors, spec: JsonObject): void {
  const node = record(spec, 'affinity', 'nodeAffinity');
  if (isRecord(node[required])) {
    const field = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
    const terms = records(node, required, 'nodeSelectorTerms');
    if (terms.length === 0) errors.required(field, 'must have at least one node selector term');
    for (const [index, term] of terms.entries())
      checkExpressions(errors, `${field}[${index}].matchExpressions`, term);
  }
  for (const [index, item] of records(node, preferred).entries()) {
    const field = `spec.affinity.nodeAffinity.${preferred}[${index}]`;
    checkWeight(errors, field, item);
    checkExpressions(errors, `${field}.preference.matchExpressions`, record(item, 'preference'));
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'])
    checkPodAffinity(errors, `spec.affinity.${kind}`, record(spec, 'affinity', kind));
  checkSpread(errors, records(spec, 'topologySpreadConstraints'));
}

function checkWeight(errors: FieldErrors, field: string, item: JsonObject): void {
  const weight = count(item, 'weight') ?? 0;
  if (weight < 1 || weight > 100)
    errors.invalid(`${field}.weight`, weight, 'must be in the range 1-100');
}

function checkExpressions(errors: FieldErrors, field: string, term: JsonObject): void {
  for (const [index, expression] of records(term, 'matchExpressions').entries()) {
    const at = `${field}[${index}]`;
    const operator = text(expression, 'operator');
    const values = texts(expression, 'values');
    if (!nodeOperators.includes(operator))
      errors.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    if (['In', 'NotIn'].includes(operator) && values.length === 0)
      errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    if (['Exists', 'DoesNotExist'].includes(operator) && values.length > 0)
      errors.forbidden(
        `${at}.values`,
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      );
    if (['Gt', 'Lt'].includes(operator) && values.length !== 1)
      errors.required(
        `${at}.values`,
        "must be specified single value when `operator` is 'Lt' or 'Gt'",
      );
    for (const complaint of labelKeyErrors(text(expression, 'key')))
      errors.invalid(`${at}.key`, text(expression, 'key'), complaint);
  }
}

function checkPodAffinity(errors: FieldErrors, field: string, affinity: JsonObject): void {
  const checkTerm = (at: string, term: JsonObject): void => {
    const key = text(term, 'topologyKey');
    if (key === '') errors.required(`${at}.topologyKey`, 'can not be empty');
    for (const complaint of labelKeyErrors(key))
      errors.invalid(`${at}.topologyKey`, key, complaint);
  };
  for (const [index, term] of records(affinity, required).entries())
    checkTerm(`${field}.${required}[${index}]`, term);
  for (const [index, item] of records(affinity, preferred).entries()) {
    checkWeight(errors, `${field}.${preferred}[${index}]`, item);
    checkTerm(`${field}.${preferred}[${index}].podAffinityTerm`, record(item, 'podAffinityTerm'));
  }
}

function checkSpread(errors: FieldErrors, constraints: readonly JsonObject[]): void {
  for (const [index, constraint] of constraints.entries()) {
    const field = `spec.topologySpreadConstraints[${index}]`;
    const skew = count(constraint, 'maxSkew') ?? 0;
    if (skew <= 0) errors.invalid(`${field}.maxSkew`, skew, 'must be greater than zero');
    if (text(constraint, 'topologyKey') === '')
      errors.required(`${field}.topologyKey`, 'can not be empty');
    const action = text(constraint, 'whenUnsatisfiable');
    if (!unsatisfiable.includes(action))
      errors.unsupported(`${field}.whenUnsatisfiable`, action, unsatisfiable);
  }
}
