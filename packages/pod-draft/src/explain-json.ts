import type {
  FailureReason,
  KubeObject,
  Plan,
  PlannedDecision,
  PlannedLine,
  PlannedManifest,
} from '@millrace/core';
import { shownPlan } from './shown-plan.ts';

/** How a plan is explained. */
export interface ExplainOptions {
  readonly showSecrets?: boolean;
  /** The peer's word for a reason. Default: our own. */
  readonly failureReason?: (reason: FailureReason) => string;
  /** A line as it stands in the job log. Default: a warning starts with `WARNING: `. */
  readonly logLine?: (line: PlannedLine) => string;
}

/** What `explain --format json` prints. */
export interface Explanation {
  /** In creation order. */
  readonly objects: readonly KubeObject[];
  readonly decisions: readonly ExplainedDecision[];
  /** By position in `objects`, then by JSON pointer; what counts comes last. */
  readonly provenance: Readonly<Record<string, PlannedManifest['provenance']>>;
  readonly refused: { readonly reason: string; readonly message: string } | null;
  /** Lines that preparation writes into the job log. */
  readonly log: readonly string[];
}

/** A decision as printed. */
export type ExplainedDecision = Pick<
  PlannedDecision,
  'subject' | 'value' | 'source' | 'allowed' | 'reason'
>;

/** The objects of a plan and why they are as they are, as plain JSON; secrets hidden unless asked for. */
export function explainJson(plan: Plan, options: ExplainOptions = {}): Explanation {
  const { failureReason = String, logLine = plainLine } = options;
  const { objects, decisions, log, refused } = shownPlan(plan, options.showSecrets === true);
  return {
    objects: objects.map(({ manifest }) => manifest),
    decisions: decisions.map(({ subject, value, source, allowed, reason }) => ({
      subject,
      value,
      source,
      allowed,
      reason,
    })),
    provenance: Object.fromEntries(objects.map(({ provenance }, index) => [index, provenance])),
    refused: refused && { reason: failureReason(refused.reason), message: refused.message },
    log: log.flatMap((line) => logLine(line).split('\n')),
  };
}

/** A line without the peer's colours. */
export function plainLine(line: PlannedLine): string {
  return line.kind === 'warn' ? `WARNING: ${line.text}` : line.text;
}
