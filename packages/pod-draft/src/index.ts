export type { PodWish } from './claim.ts';
export { compilePod, type CompiledPod, type PodInput } from './compile-pod.ts';
export { creationOrder } from './creation-order.ts';
export { describeSource } from './describe-source.ts';
export {
  explainJson,
  type ExplainedDecision,
  type ExplainOptions,
  type Explanation,
} from './explain-json.ts';
export { explainTable, type ExplainTableOptions } from './explain-table.ts';
export { firstAttempt } from './first-attempt.ts';
export { provenanceOfPatch, type PatchAuthor } from './patch-provenance.ts';
export { conflictMessage, type PodConflict, type PodDiagnostic } from './pod-conflict.ts';
export { redact, redactProvenance, REDACTED } from './redact.ts';
