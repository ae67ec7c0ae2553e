import type { KubeObject } from '@millrace/core';
import { compareValues, difference, type CompareRules } from '../recorded/compare-values.ts';
import type { Explained } from '../recorded/judge.ts';
import type { RecordedWorkflow } from './recorded-workflow.ts';

const oursByKey = /^(millrace\.dev\/|MILLRACE_|millrace-)/;
const oursInList = /\/(env|volumes|volumeMounts|containers)\/(MILLRACE_|millrace-|\/millrace)/;
/** Clocks, and what the machine says about itself. */
const variable =
  /\/env\/(CI_PIPELINE_STARTED|CI_STEP_STARTED|CI_PIPELINE_FINISHED|CI_STEP_FINISHED|DRONE_[A-Z_]*(STARTED|FINISHED)|CI_MACHINE|CI_SYSTEM_(NAME|VERSION))\//;
const serverFields = /\/(creationTimestamp|resourceVersion|uid)$|\/status$/;

const rules: CompareRules = {
  skip: (where, expected) =>
    variable.test(where) ||
    serverFields.test(where) ||
    (oursInList.test(where) && expected === undefined),
  sameText: (_where, expected, got) => expected === '<unix-seconds>' && /^\d+$/.test(got),
  steadyKey: (key) => key,
  addition: (key) => oursByKey.test(key),
};

/** Whether the reference does not even begin: a wrong environment, or a crash while it sets a workflow up. */
const isRefusedEarly = ({ result }: RecordedWorkflow): boolean =>
  Boolean(result.flag_error ?? result.load_error) || (result.setup_error ?? '').startsWith('PANIC');

/** Whether a case is about the plan; others are about the answers of a server or the course of a run. */
export const isAboutThePlan = (recorded: RecordedWorkflow): boolean =>
  isRefusedEarly(recorded) ||
  (!recorded.scripted && recorded.agent?.length === recorded.direct.length);

/** Differences between what `explain` says and what the reference did, one line each. */
export function judgeWorkflow(recorded: RecordedWorkflow, ours: Explained): readonly string[] {
  const expected = recorded.agent ?? recorded.direct;
  const { setup_error: setupError } = recorded.result;
  if (isRefusedEarly(recorded) || (setupError && expected.length === 0))
    return ours.refused === null ? [difference('refused', recorded.result, null)] : [];
  if (ours.refused !== null) return [difference('refused', null, ours.refused)];
  return compareNamed(expected, ours.objects);
}

/** Objects are compared by kind and name, which are the same each time. */
function compareNamed(
  recorded: readonly KubeObject[],
  ours: readonly KubeObject[],
): readonly string[] {
  const left = [...ours];
  const differences = recorded.flatMap((expected) => {
    const at = left.findIndex((object) => label(object) === label(expected));
    if (at < 0) return [difference(label(expected), 'this object', undefined)];
    const [got] = left.splice(at, 1);
    return compareValues(label(expected), expected, got, rules);
  });
  const extra = left.map((object) =>
    difference(label(object), undefined, 'an object that the reference does not create'),
  );
  return [...differences, ...extra];
}

const label = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;
