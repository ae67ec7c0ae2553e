import type {
  JsonValue,
  KubeObject,
  Plan,
  PlannedDecision,
  PlannedLine,
  PlannedManifest,
  PlannedRefusal,
  ProvenanceEntry,
} from '@millrace/core';
import { creationOrder } from './creation-order.ts';
import { hideMasked, hideMaskedIn } from './hide-masked.ts';
import { isObject } from './json-value.ts';
import { REDACTED, redact, redactProvenance } from './redact.ts';

/** The part of a plan that people read, as it may be printed. */
export interface ShownPlan {
  /** In creation order. */
  readonly objects: readonly Pick<PlannedManifest, 'manifest' | 'provenance'>[];
  readonly decisions: readonly PlannedDecision[];
  readonly log: readonly PlannedLine[];
  readonly refused: PlannedRefusal | null;
}

/** What may be printed of a plan: without secrets and masked values unless they are asked for. */
export function shownPlan(plan: Plan, showSecrets: boolean): ShownPlan {
  const objects = creationOrder(plan);
  const { decisions, log, refused } = plan;
  if (showSecrets) return { objects, decisions, log, refused };
  const { masks } = plan.job;
  return {
    objects: objects.map((planned) => ({
      manifest: hiddenManifest(redact(planned.manifest, planned.secrets), masks),
      provenance: Object.fromEntries(
        Object.entries(redactProvenance(planned)).map(([pointer, entries]) => [
          pointer,
          entries.map((entry) => hiddenEntry(entry, masks)),
        ]),
      ),
    })),
    decisions: decisions.map((decision) => hiddenDecision(decision, masks)),
    log: log.map((line) => ({ ...line, text: hideMasked(line.text, masks) })),
    refused: refused && { ...refused, message: hideMasked(refused.message, masks) },
  };
}

function hiddenManifest(manifest: KubeObject, masks: readonly string[]): KubeObject {
  const hidden: JsonValue = hideMaskedIn(manifest, masks);
  return isObject(hidden) ? { ...manifest, ...hidden } : manifest;
}

function hiddenEntry(entry: ProvenanceEntry, masks: readonly string[]): ProvenanceEntry {
  return { ...entry, value: hideMaskedIn(entry.value, masks) };
}

/** The reason of a secret decision may quote the value. */
function hiddenDecision(decision: PlannedDecision, masks: readonly string[]): PlannedDecision {
  const { value, reason, secret } = decision;
  const all = secret ? [...masks, value] : masks;
  return {
    ...decision,
    value: secret ? REDACTED : hideMasked(value, masks),
    reason: hideMasked(reason, all),
  };
}
