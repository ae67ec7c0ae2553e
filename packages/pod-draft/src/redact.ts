import type { JsonValue, KubeObject, PlannedManifest, ProvenanceEntry } from '@millrace/core';
import { isWithin, parsePointer } from '@millrace/kube-objects';
import { isList, isObject } from './json-value.ts';

/** What stands in place of a secret value. */
export const REDACTED = '[REDACTED]';

/** The object without what is at the pointers; pointers to nothing are ignored. */
export function redact(manifest: KubeObject, secretPointers: readonly string[]): KubeObject {
  const redacted = redactValue(manifest, secretPointers);
  // A pointer to the whole object hides everything in it but what it is.
  return isKubeObject(redacted)
    ? redacted
    : { apiVersion: manifest.apiVersion, kind: manifest.kind, metadata: {} };
}

/** Who set what, without secret values: neither those that count nor those they displaced. */
export function redactProvenance({
  provenance,
  secrets,
}: Pick<PlannedManifest, 'provenance' | 'secrets'>): PlannedManifest['provenance'] {
  return Object.fromEntries(
    Object.entries(provenance).map(([pointer, entries]) => {
      const relative = secrets.flatMap((secret) => relativePointer(secret, pointer));
      const hide = (entry: ProvenanceEntry): ProvenanceEntry =>
        relative.length === 0 ? entry : { ...entry, value: redactValue(entry.value, relative) };
      return [pointer, entries.map((entry) => hide(entry))];
    }),
  );
}

function relativePointer(secret: string, pointer: string): readonly string[] {
  if (isWithin(pointer, secret)) return [''];
  return isWithin(secret, pointer) ? [secret.slice(pointer.length)] : [];
}

function redactValue(value: JsonValue, pointers: readonly string[]): JsonValue {
  return pointers.reduce<JsonValue>(
    (current, pointer) => redactAt(current, parsePointer(pointer) ?? []),
    value,
  );
}

function redactAt(value: JsonValue, path: readonly string[]): JsonValue {
  const [segment, ...rest] = path;
  if (segment === undefined) return REDACTED;
  if (isList(value)) {
    return value.map((element, index) =>
      String(index) === segment ? redactAt(element, rest) : element,
    );
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === segment && member !== undefined ? redactAt(member, rest) : member,
    ]),
  );
}

function isKubeObject(value: JsonValue): value is KubeObject {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['metadata']);
}
