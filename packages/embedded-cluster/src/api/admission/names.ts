import type { ObjectMeta, ResourceType } from '@millrace/core';
import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
} from '@millrace/kube-objects';
import type { FieldErrors } from './field-errors.ts';

/** Reports every complaint about one value. */
function report(
  errors: FieldErrors,
  field: string,
  value: string,
  complaints: readonly string[],
): void {
  for (const complaint of complaints) errors.invalid(field, value, complaint);
}

/** Checks a name that becomes a DNS label, such as a container's or a volume's. */
export function checkLabelName(errors: FieldErrors, field: string, name: string): void {
  if (name === '') errors.required(field);
  else report(errors, field, name, dnsLabelErrors(name));
}

const servicePattern = '[a-z]([-a-z0-9]*[a-z0-9])?';

function serviceNameErrors(name: string): readonly string[] {
  if (name.length > 63) return ['must be no more than 63 characters'];
  if (new RegExp(`^${servicePattern}$`, 'u').test(name)) return [];
  return [
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an " +
      `alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${servicePattern}')`,
  ];
}

/** Names of roles and bindings may contain colons and the like, as `system:discovery` does. */
function pathSegmentErrors(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((sign) => name.includes(sign))
    .map((sign) => `may not contain '${sign}'`);
}

const nameRules: Readonly<Record<string, (name: string) => readonly string[]>> = {
  namespaces: dnsLabelErrors,
  services: serviceNameErrors,
  roles: pathSegmentErrors,
  rolebindings: pathSegmentErrors,
  clusterroles: pathSegmentErrors,
  clusterrolebindings: pathSegmentErrors,
};

/** Checks the key of a label, or of what is compared with one. */
export const checkLabelKey = (errors: FieldErrors, field: string, key: string): void =>
  report(errors, field, key, labelKeyErrors(key));

/** Checks keys and values of labels or of a selector by labels. */
export function checkLabels(
  errors: FieldErrors,
  field: string,
  labels: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(labels)) {
    checkLabelKey(errors, field, key);
    report(errors, field, value, labelValueErrors(value));
  }
}

const maxAnnotationBytes = 256 * 1024;

/** Checks what every object's metadata must satisfy. */
export function checkObjectMeta(
  errors: FieldErrors,
  type: ResourceType,
  metadata: ObjectMeta,
): void {
  const name = metadata.name ?? '';
  if (name === '') errors.required('metadata.name', 'name or generateName is required');
  else report(errors, 'metadata.name', name, (nameRules[type.plural] ?? dnsSubdomainErrors)(name));
  checkLabels(errors, 'metadata.labels', metadata.labels ?? {});
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    report(errors, 'metadata.annotations', key, labelKeyErrors(key.toLowerCase()));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > maxAnnotationBytes)
    errors.invalid(
      'metadata.annotations',
      '',
      `Too long: may not be more than ${maxAnnotationBytes} bytes`,
    );
}
