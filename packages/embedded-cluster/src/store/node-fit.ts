import type { JsonObject, KubeObject } from '@millrace/core';
import {
  compareQuantities,
  matchesFields,
  matchesLabels,
  quantityOf,
  type FieldSelector,
  type LabelSelector,
} from '@millrace/kube-objects';
import { record, records, stringMap, text, texts } from './json.ts';
import { addAmounts, amountsOf, nothing, podAmounts, type Amounts } from './pod-resources.ts';

/** Why a pod does not fit a node, in the scheduler's words; empty when it fits. */
export function misfits(
  pod: KubeObject,
  node: KubeObject,
  onNode: readonly KubeObject[],
): readonly string[] {
  if (record(node, 'spec')['unschedulable'] === true) return ['node(s) were unschedulable'];
  if (!matchesNode(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const taint = untolerated(pod, node);
  if (taint !== undefined)
    return [`node(s) had untolerated taint {${text(taint, 'key')}: ${text(taint, 'value')}}`];
  return shortages(pod, node, onNode);
}

function matchesNode(pod: KubeObject, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(stringMap(pod, 'spec', 'nodeSelector'));
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const required = record(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
  );
  const terms = records(required, 'nodeSelectorTerms');
  return Object.keys(required).length === 0 || terms.some((term) => termMatches(term, node));
}

/** A term without any requirement matches nothing. */
function termMatches(term: JsonObject, node: KubeObject): boolean {
  const expressions = records(term, 'matchExpressions');
  const fields = records(term, 'matchFields');
  if (expressions.length + fields.length === 0) return false;
  const selector = expressions.map((item) => ({
    key: text(item, 'key'),
    operator: text(item, 'operator'),
    values: texts(item, 'values'),
  })) as LabelSelector;
  const byField: FieldSelector = fields.flatMap((item) =>
    texts(item, 'values').map((value) => ({
      field: text(item, 'key'),
      operator: text(item, 'operator') === 'NotIn' ? '!=' : '=',
      value,
    })),
  );
  return matchesLabels(selector, node.metadata.labels ?? {}) && matchesFields(byField, node);
}

function untolerated(pod: KubeObject, node: KubeObject): JsonObject | undefined {
  const tolerations = records(pod, 'spec', 'tolerations');
  return records(node, 'spec', 'taints').find(
    (taint) =>
      ['NoSchedule', 'NoExecute'].includes(text(taint, 'effect')) &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
}

function tolerates(toleration: JsonObject, taint: JsonObject): boolean {
  const [key, effect] = [text(toleration, 'key'), text(toleration, 'effect')];
  if (effect !== '' && effect !== text(taint, 'effect')) return false;
  if (key !== '' && key !== text(taint, 'key')) return false;
  return (
    text(toleration, 'operator') === 'Exists' || text(toleration, 'value') === text(taint, 'value')
  );
}

function shortages(
  pod: KubeObject,
  node: KubeObject,
  onNode: readonly KubeObject[],
): readonly string[] {
  const allocatable = amountsOf(record(node, 'status', 'allocatable'));
  const wanted = podAmounts(record(pod, 'spec'), 'requests');
  const result: string[] = [];
  const pods = allocatable.get('pods');
  if (pods !== undefined && compareQuantities(quantityOf(BigInt(onNode.length + 1)), pods) > 0)
    result.push('Too many pods');
  if (wanted.size === 0) return result;
  const used = onNode.map(requestsOf).reduce(addAmounts, new Map());
  const total = addAmounts(used, wanted);
  for (const name of wanted.keys()) {
    if (
      compareQuantities(wanted.get(name) ?? nothing, nothing) > 0 &&
      compareQuantities(total.get(name) ?? nothing, allocatable.get(name) ?? nothing) > 0
    )
      result.push(`Insufficient ${name}`);
  }
  return result;
}

const requests = new WeakMap<KubeObject, Amounts>();

/** Every pod on the node is asked again for each pod that comes, so the sum of a stored pod is kept. */
function requestsOf(pod: KubeObject): Amounts {
  const amounts = requests.get(pod) ?? podAmounts(record(pod, 'spec'), 'requests');
  requests.set(pod, amounts);
  return amounts;
}
