import type { JsonObject } from '@millrace/core';
import { isRecord, record, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';

const fieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.annotations',
  'metadata.labels',
  'spec.nodeName',
  'spec.serviceAccountName',
  'spec.hostname',
  'spec.restartPolicy',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
];
const subscripted = /^metadata\.(?:labels|annotations)\['[^']*'\]$/u;

/** Since Kubernetes 1.34 a variable's name may be any printable ASCII text without `=`. The same name twice is allowed: the last one wins. */
export function checkEnvironment(
  errors: FieldErrors,
  field: string,
  variables: readonly JsonObject[],
): void {
  for (const [index, variable] of variables.entries()) {
    const at = `${field}.env[${index}]`;
    const name = text(variable, 'name');
    if (name === '') errors.required(`${at}.name`);
    else if (!/^[ -<>-~]+$/u.test(name))
      errors.invalid(
        `${at}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      );
    if (isRecord(variable['valueFrom'])) checkSource(errors, `${at}.valueFrom`, variable);
  }
}

function checkSource(errors: FieldErrors, at: string, variable: JsonObject): void {
  const source = record(variable, 'valueFrom');
  const kinds = Object.keys(source);
  if (kinds.length === 0)
    errors.invalid(
      at,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    );
  for (const kind of kinds) {
    if (kind === 'fieldRef') checkFieldPath(errors, `${at}.fieldRef`, record(source, kind));
    if (kind !== 'secretKeyRef' && kind !== 'configMapKeyRef') continue;
    if (text(source, kind, 'key') === '') errors.required(`${at}.${kind}.key`);
  }
  if (text(variable, 'value') !== '' && kinds.length > 0)
    errors.invalid(at, '', 'may not be specified when `value` is not empty');
  else if (kinds.length > 1)
    errors.invalid(at, '', 'may not have more than one field specified at a time');
}

function checkFieldPath(errors: FieldErrors, at: string, reference: JsonObject): void {
  const path = text(reference, 'fieldPath');
  if (path === '') errors.required(`${at}.fieldPath`);
  else if (!fieldPaths.includes(path) && !subscripted.test(path))
    errors.invalid(
      `${at}.fieldPath`,
      path,
      `error converting fieldPath: field label not supported: ${path}`,
    );
}

/** Checks where whole sets of variables come from. */
export function checkVariableSets(
  errors: FieldErrors,
  field: string,
  sets: readonly JsonObject[],
): void {
  for (const set of sets) {
    const kinds = ['configMapRef', 'secretRef'].filter((kind) => isRecord(set[kind]));
    // Kubernetes leaves the index out here.
    if (kinds.length === 0)
      errors.invalid(`${field}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`');
    if (kinds.length > 1)
      errors.invalid(
        `${field}.envFrom`,
        '',
        'may not have more than one field specified at a time',
      );
  }
}
