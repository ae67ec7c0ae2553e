import type { ObjectMeta, ResourceType } from '@millrace/core';
import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
} from '@millrace/kube-objects';
import { records, text, texts } from '../../store/json.ts';
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

/** Checks a host name that is one label, of which dots are told before all else. */
export function checkHostLabel(errors: FieldErrors, field: string, name: string): void {
  report(errors, field, name, plainLabelErrors(name));
}

/** Checks a name of labels joined by dots. */
export function checkSubdomain(errors: FieldErrors, field: string, name: string): void {
  report(errors, field, name, dnsSubdomainErrors(name));
}

const plainLabelErrors = (name: string): readonly string[] =>
  name.includes('.') ? ['must not contain dots'] : dnsLabelErrors(name);

/** Names of roles and bindings may contain colons and the like, as `system:discovery` does. */
function pathSegmentErrors(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter((sign) => name.includes(sign))
    .map((sign) => `may not contain '${sign}'`);
}

const nameRules: Readonly<Record<string, (name: string) => readonly string[]>> = {
  namespaces: plainLabelErrors,
  services: plainLabelErrors,
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
  const rule = nameRules[type.plural] ?? dnsSubdomainErrors;
  const generateName = text(metadata, 'generateName');
  // What is generated goes on behind a hyphen; Kubernetes makes it and the sign before one letter.
  if (generateName !== '')
    report(errors, 'metadata.generateName', generateName, rule(generateName.replace(/.-$/u, 'a')));
  if (name === '') errors.required('metadata.name', 'name or generateName is required');
  else report(errors, 'metadata.name', name, rule(name));
  checkLabels(errors, 'metadata.labels', metadata.labels ?? {});
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    report(errors, 'metadata.annotations', key, labelKeyErrors(key.toLowerCase()));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > maxAnnotationBytes) errors.tooLong('metadata.annotations', maxAnnotationBytes);
  checkFinalizers(errors, metadata);
  checkOwners(errors, metadata);
}

const standardFinalizers = ['foregroundDeletion', 'orphan'];

function checkFinalizers(errors: FieldErrors, metadata: ObjectMeta): void {
  for (const [index, finalizer] of texts(metadata, 'finalizers').entries()) {
    const field = `metadata.finalizers[${index}]`;
    const complaints = labelKeyErrors(finalizer);
    report(errors, field, finalizer, complaints);
    if (
      complaints.length === 0 &&
      !finalizer.includes('/') &&
      !standardFinalizers.includes(finalizer)
    )
      errors.invalid(
        field,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      );
  }
}

/** Kubernetes leaves the index of an owner out. */
function checkOwners(errors: FieldErrors, metadata: ObjectMeta): void {
  const owners = records(metadata, 'ownerReferences');
  for (const owner of owners)
    for (const field of ['apiVersion', 'kind', 'name', 'uid'])
      if (text(owner, field) === '')
        errors.invalid(
          `metadata.ownerReferences.${field}`,
          '',
          field === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
        );
  const [first, second] = owners
    .filter((owner) => owner['controller'] === true)
    .map((owner) => `${text(owner, 'kind')}/${text(owner, 'name')}`);
  if (second !== undefined)
    errors.invalid(
      'metadata.ownerReferences',
      owners,
      `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
    );
}
