import type { Decision, Source, Statement } from '@millrace/core';
import type { IdKind } from './id-kinds.ts';
import type { IdFault } from './job-user.ts';

/** An id that a job asked for, and where. */
export interface AskedId {
  readonly kind: IdKind;
  readonly container: string;
  readonly asked: string;
}

/** The operator's value that wins over what a job asked for. */
export interface FixedId {
  readonly value: number;
  readonly where: 'container' | 'pod';
  readonly source: Source;
}

/** The job gets what it asked for. */
export function granted(id: AskedId, source: Source): Decision {
  return decided(id, { allowed: true, source, reason: 'asked for by the job' });
}

/** The operator's value wins; the job is told and goes on. */
export function overridden(id: AskedId, by: FixedId): readonly (Statement | Decision)[] {
  const { kind, container, asked } = id;
  const reason = `the ${by.where}'s security context sets ${by.value}`;
  return [
    {
      kind: 'say',
      code: 'security.job-user-overridden',
      text: `the job's ${kind.what} "${asked}" is not used in container "${container}": ${reason}`,
      values: { what: kind.what, container, asked, set: by.value, where: by.where },
      source: by.source,
    },
    decided(id, { allowed: false, source: by.source, reason }),
  ];
}

const faults: Readonly<Record<IdFault, string>> = {
  'not-a-number': 'it is not a number',
  'out-of-range': 'it is too large',
  negative: 'it is negative',
  'not-allowed': 'it is not allowed',
};

/** What the job asked for cannot be; the job is warned and goes on without. */
export function refusedId(
  id: AskedId,
  fault: IdFault,
  { allowed, source }: { readonly allowed: readonly string[]; readonly source: Source },
): readonly (Statement | Decision)[] {
  const { kind, container, asked } = id;
  return [
    {
      kind: 'warn',
      code: 'security.bad-job-user',
      text: `the job's ${kind.what} "${asked}" is not used in container "${container}": ${faults[fault]}`,
      values: { what: kind.what, container, asked, fault, allowed },
      source,
    },
    decided(id, { allowed: false, source, reason: faults[fault] }),
  ];
}

/** An entry of the operator's list that is no number. */
export function skippedEntry({ what, allowed }: IdKind, entry: string, source: Source): Statement {
  return {
    kind: 'warn',
    code: 'security.bad-allowed-id',
    text: `"${entry}" in ${allowed} is not a number and allows nothing`,
    values: { what, entry },
    source,
  };
}

function decided(
  { kind, container, asked }: AskedId,
  rest: Pick<Decision, 'allowed' | 'source' | 'reason'>,
): Decision {
  return {
    kind: 'decision',
    subject: `${kind.what} of container ${container}`,
    value: asked,
    ...rest,
  };
}
