import type { KubeObject } from '@millrace/core';
import { compareLog } from './compare-log.ts';
import { compareValues, difference } from './compare-values.ts';
import { objectRules } from './object-rules.ts';
import type { RecordedCase, RecordedResult } from './recorded-case.ts';

/** The part of `explain --format json` that is judged. */
export interface Explained {
  readonly objects: readonly KubeObject[];
  readonly refused: { readonly reason: string; readonly message: string } | null;
  readonly log: readonly string[];
}

/** What a judgement needs of a recorded case. */
export type JudgedCase = Pick<RecordedCase, 'objects' | 'result' | 'trace' | 'cluster'>;

/** Whether a case is about the plan; others are about the answers of a server or the fate of a pod. */
export const isAboutThePlan = ({ objects, cluster }: JudgedCase): boolean =>
  cluster['reject'] === undefined &&
  cluster['pods'] === undefined &&
  objects.filter(({ kind }) => kind === 'Pod').length <= 1 &&
  objects.every((object) => object['_refused'] === undefined);

/** Differences between what `explain` says and what the reference did, one line each. */
export function judge(recorded: JudgedCase, ours: Explained): readonly string[] {
  const { objects, result, trace } = recorded;
  if (objects.length === 0 || result.pod_created === false)
    return compareRefusal(result, ours.refused);
  if (ours.refused !== null) return [difference('refused', null, ours.refused)];
  return [...compareObjects(objects, ours.objects), ...compareLog(trace, ours.log)];
}

/** Objects of a kind are compared in their order of creation. */
function compareObjects(
  recorded: readonly KubeObject[],
  ours: readonly KubeObject[],
): readonly string[] {
  const left = [...ours];
  const differences = recorded.flatMap((expected) => {
    const at = left.findIndex(({ kind }) => kind === expected.kind);
    if (at < 0) return [difference(expected.kind, 'this object', undefined)];
    const [got] = left.splice(at, 1);
    return compareValues(expected.kind, expected, got, objectRules);
  });
  const extra = left.map(({ kind }) =>
    difference(kind, undefined, 'an object that the reference does not create'),
  );
  return [...differences, ...extra];
}

function compareRefusal(
  { failure_reason: reason, message }: RecordedResult,
  refused: Explained['refused'],
): readonly string[] {
  if (refused === null) return [difference('refused', { reason, message }, null)];
  const differences: string[] = [];
  if (reason && refused.reason !== reason)
    differences.push(difference('refused/reason', reason, refused.reason));
  const sentence = ownSentence(message ?? '');
  if (!anyContainer(refused.message).includes(anyContainer(sentence)))
    differences.push(difference('refused/message', sentence, refused.message));
  return differences;
}

/** The reason in the last line of the job log, without the frame that every failure has. */
const ownSentence = (line: string): string =>
  line
    .replace(/^ERROR: Job failed(?: \(system failure\))?: /, '')
    .replace(/^prepare environment: /, '')
    .replace(/\. Check https:\/\/\S+.*$/s, '')
    .trim();

/** Of the containers that share a list of pull policies the reference names any one. */
const anyContainer = (text: string): string =>
  text.replaceAll(/container "(?:build|helper|init-permissions)"/g, 'container "*"');
