import type { JsonObject, JsonValue, Plan, PlannedManifest } from '@millrace/core';
import { childPointer, isWithin } from '@millrace/kube-objects';

/** Places of a plan where a secret would be printed. Pure. */
export function shownSecrets(plan: Plan, secrets: readonly string[]): readonly string[] {
  const has = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  return [
    ...plan.units.flatMap(({ unit, pod }) => inManifest(`pod of ${unit.id}`, pod, has)),
    ...plan.objects.flatMap(({ contribution, object }) =>
      inManifest(`object ${contribution.id}`, object, has),
    ),
    ...plan.decisions
      .filter((each) => has(each.subject + each.reason) || (!each.secret && has(each.value)))
      .map(({ subject }) => `decision ${subject}`),
    ...plan.log.filter(({ text }) => has(text)).map(({ code }) => `log line ${code}`),
    ...(plan.refused !== null && has(plan.refused.message) ? ['refusal'] : []),
  ];
}

function inManifest(
  where: string,
  { manifest, provenance, secrets }: PlannedManifest,
  has: (text: string) => boolean,
): readonly string[] {
  const marked = (pointer: string): boolean => secrets.some((each) => isWithin(pointer, each));
  const shown = leaves(manifest, '').filter(([pointer, text]) => has(text) && !marked(pointer));
  const explained = Object.entries(provenance).filter(
    ([pointer, entries]) =>
      entries.some(({ value }) => has(JSON.stringify(value))) &&
      !marked(pointer) &&
      !secrets.some((each) => isWithin(each, pointer)),
  );
  return [...new Set([...shown, ...explained].map(([pointer]) => `${where} ${pointer}`))];
}

function leaves(
  value: JsonValue | undefined,
  pointer: string,
): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[pointer, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as JsonObject).flatMap(([key, member]) =>
    leaves(member, childPointer(pointer, key)),
  );
}
