import type { JsonObject, JsonValue } from '@millrace/core';
import type { Side } from './side.ts';

/** What two clusters cannot agree on because it is chance, time or a place, each with a word for it. */
const chance: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, 'UID'],
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/gu, 'TIME'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/gu, 'ADDRESS'],
  [/\bkube-api-access-[a-z0-9]{5}\b/gu, 'kube-api-access-RANDOM'],
  [/\buser-[a-z0-9]{8}\b/gu, 'USER'],
  [/\b(?<prefix>random-(?:_-)?)[a-z0-9]{5}\b/gu, '$<prefix>RANDOM'],
  [/\bmillrace-(?:e2e|embedded)\b/gu, 'NODE'],
  [/\bADDRESS:\d{4,5}\b/gu, 'ADDRESS:PORT'],
  [/\bcontainerd:\/\/[0-9a-f]{32,64}\b/gu, 'containerd://CONTAINER'],
  [/(?<=^\w+\.)[0-9a-f]{16}$/gu, 'RANDOM'],
  [/\d+[smhd](?= ago\))/gu, 'AGE'],
  [/(?<=too old resource version: \d+ \()\d+/gu, 'VERSION'],
  [/(?<=(?:Too large resource version: \d+, current: |in record \())\d+/gu, 'VERSION'],
];
const versionPattern = /^[1-9]\d*$/u;
const agePattern = /^\d+[smhd](?:\d+[smh])?$/u;

/** An answer with its random parts replaced by words that are the same on both sides. */
export function normalise(value: JsonValue, side: Side): JsonValue {
  if (typeof value === 'string') return normaliseText(value, side);
  if (Array.isArray(value)) return value.map((item: JsonValue) => normalise(item, side));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .filter((field): field is [string, JsonValue] => field[1] !== undefined)
      .filter(([key]) => key !== 'managedFields')
      .map(([key, item]) => [normaliseText(key, side), normaliseField(key, item, side)]),
  );
}

function normaliseField(key: string, value: JsonValue, side: Side): JsonValue {
  if (key === 'resourceVersion' && typeof value === 'string' && versionPattern.test(value))
    return 'VERSION';
  if (key === 'continue' && typeof value === 'string' && value !== '') return 'CONTINUE';
  if (key === 'cells' && Array.isArray(value))
    return value.map((cell: JsonValue) =>
      typeof cell === 'string' && agePattern.test(cell) ? 'AGE' : normalise(cell, side),
    );
  return normalise(value, side);
}

function normaliseText(text: string, { namespace }: Side): string {
  let normal = text.replaceAll(namespace, 'NAMESPACE');
  for (const [pattern, word] of chance) normal = normal.replaceAll(pattern, word);
  return normal;
}
