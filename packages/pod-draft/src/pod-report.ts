import type { ProvenanceEntry } from '@millrace/core';
import { formatPointer } from '@millrace/kube-objects';
import type { Claim } from './claim.ts';
import { provenanceEntry } from './claim.ts';
import type { ListPolicies } from './list-policies.ts';
import type { PodConflict, PodDiagnostic } from './pod-conflict.ts';

/** What comes out of a compile besides the manifest; filled while fields are resolved. */
export interface PodReport {
  readonly provenance: Record<string, ProvenanceEntry[]>;
  readonly secrets: string[];
  readonly diagnostics: PodDiagnostic[];
  readonly conflicts: PodConflict[];
}

/** A part of the pod that is resolved for itself: the pod without its containers, or one container. */
export interface Target {
  /** Where it is in the final manifest, `/spec/containers/0`; empty for the pod. */
  readonly pointer: string;
  /** Where it is when containers are named, for list policies: `['spec', 'containers', 'build']`. */
  readonly path: readonly string[];
  readonly container?: string;
  readonly lists: ListPolicies;
  readonly report: PodReport;
}

/** A field below a target, while it is resolved. */
export interface Field {
  readonly target: Target;
  readonly path: readonly string[];
}

/** JSON pointer of a field in the final manifest. */
export function fieldPointer({ target, path }: Field): string {
  return target.pointer + formatPointer(path);
}

/** Remembers who set what is at `pointer`: first what was displaced, then what counts. */
export function recordClaims(
  { target }: Field,
  pointer: string,
  displaced: readonly Claim[],
  counting: readonly Claim[],
): void {
  target.report.provenance[pointer] = [...displaced, ...counting].map((claim) =>
    provenanceEntry(claim),
  );
}

/** Hides what is at `pointer` when one of the claims for it is secret. */
export function recordSecret({ target }: Field, pointer: string, claims: readonly Claim[]): void {
  if (claims.some((claim) => claim.secret)) target.report.secrets.push(pointer);
}

/** Notes that the claims for a field exclude each other. `suffix` names a list element. */
export function recordConflict(field: Field, claims: readonly Claim[], suffix = ''): void {
  field.target.report.conflicts.push(placed(field, claims, suffix));
}

/** Notes list elements that are the same. `suffix` names the element. */
export function recordDuplicate(field: Field, claims: readonly Claim[], suffix: string): void {
  const place = placed(field, claims, suffix);
  const sources = claims.map((claim) => `${claim.plugin} (${claim.source})`).join(', ');
  const message = `${place.path} was added ${claims.length} times with the same value: ${sources}`;
  field.target.report.diagnostics.push({ kind: 'duplicate', ...place, message });
}

function placed({ target, path }: Field, claims: readonly Claim[], suffix: string): PodConflict {
  return {
    path: formatPointer(path) + suffix,
    ...(target.container === undefined ? {} : { container: target.container }),
    secret: claims.some((claim) => claim.secret),
    values: claims.map((claim) => provenanceEntry(claim)),
  };
}
