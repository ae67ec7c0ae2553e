import type { JsonValue, ProvenanceEntry } from '@millrace/core';
import { canonicalText } from './json-value.ts';

/** Wishes that cannot all come true; the job is not started. */
export interface PodConflict {
  /** JSON pointer from the container, or from the Pod without one; a list element as `/env[name=PATH]`. */
  readonly path: string;
  readonly container?: string;
  /** Whether one of the values must not be printed. */
  readonly secret: boolean;
  readonly values: readonly ProvenanceEntry[];
}

/** Something an operator may want to know about a compiled pod; it does not stop the job. */
export interface PodDiagnostic {
  /** `duplicate`: equal list elements from several wishes; `no-container`: a wish names containers the pod has not. */
  readonly kind: 'duplicate' | 'no-container';
  /** As in {@link PodConflict}. */
  readonly path: string;
  readonly container?: string;
  readonly secret: boolean;
  readonly values: readonly ProvenanceEntry[];
  readonly message: string;
}

/** Says which settings disagree about which field, and what to change. */
export function conflictMessage(conflict: PodConflict): string {
  const wishes = conflict.values.map(({ plugin, source, value }) => {
    const shown = conflict.secret ? 'another value' : canonicalText(value);
    return `${plugin} sets ${shown} by ${source}`;
  });
  const sources = [...new Set(conflict.values.map(({ source }) => source))];
  return (
    `${placeOf(conflict)} is set to different values: ${wishes.join('; ')}. ` +
    `Change or remove all but one of ${sources.join(', ')}, or have one of the plugins declare override.`
  );
}

/** The field in words: `/resources/limits/cpu of container build`. */
function placeOf(place: Pick<PodConflict, 'path' | 'container'>): string {
  return place.container === undefined
    ? `${place.path} of the pod`
    : `${place.path} of container ${place.container}`;
}

/** A value as a message shows it. */
export function elementKey(key: string, value: JsonValue): string {
  return `[${key}=${typeof value === 'string' ? value : canonicalText(value)}]`;
}
