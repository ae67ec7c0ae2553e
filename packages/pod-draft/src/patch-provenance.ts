import type {
  JsonValue,
  KubeObject,
  ListPolicy,
  PlannedManifest,
  ProvenanceEntry,
} from '@millrace/core';
import { childPointer, isWithin, parsePointer } from '@millrace/kube-objects';
import { alignElements } from './align-elements.ts';
import { canonicalText, isList, isObject, isPlaceholder } from './json-value.ts';
import { podListPolicies } from './list-policies.ts';

/** Who patched. */
export interface PatchAuthor {
  readonly plugin: string;
  /** As of `describeSource`. */
  readonly source: string;
}

/** A value before the patch and where it is. */
interface Before {
  readonly value: JsonValue;
  readonly pointer: string;
}

/**
 * Who set what after a patch, found by difference: what did not change keeps its history, also where a list element
 * moved; what changed gets one more entry; a removed member is remembered with the value `null`, a removed list element is
 * not. Secret values stay secret wherever they moved.
 * @param overrides - list policies as for the compile; list elements are recognised by their keys
 */
export function provenanceOfPatch(
  before: PlannedManifest,
  after: KubeObject,
  by: PatchAuthor,
  overrides?: Readonly<Record<string, ListPolicy>>,
): PlannedManifest {
  const lists = podListPolicies(overrides);
  const provenance: Record<string, readonly ProvenanceEntry[]> = {};
  const secrets: string[] = [];
  const known = Object.entries(before.provenance);

  const historyOf = (pointer: string): readonly ProvenanceEntry[] =>
    before.provenance[pointer] ?? [];
  const record = (pointer: string, value: JsonValue, history: readonly ProvenanceEntry[] = []) => {
    provenance[pointer] = [...history, { ...by, value }];
  };
  const moveSecrets = (from: string, to: string): void => {
    for (const secret of before.secrets) {
      if (isWithin(secret, from)) secrets.push(to + secret.slice(from.length));
    }
  };
  /** Keeps the history of a value that did not change. */
  const keep = (from: string, to: string): void => {
    for (const [pointer, entries] of known) {
      if (isWithin(pointer, from)) provenance[to + pointer.slice(from.length)] = entries;
    }
    moveSecrets(from, to);
  };
  /** History is kept for the value as a whole, so its parts are not compared. */
  const isWhole = ({ pointer }: Before): boolean =>
    historyOf(pointer).length > 0 && !known.some(([other]) => other.startsWith(`${pointer}/`));

  const added = (value: JsonValue, pointer: string): void => {
    const members = isObject(value) && !isPlaceholder(value) ? Object.entries(value) : [];
    if (members.length === 0) record(pointer, value);
    for (const [name, member] of members) {
      if (member !== undefined) added(member, childPointer(pointer, name));
    }
  };
  const compare = (old: Before, value: JsonValue, pointer: string): void => {
    if (canonicalText(old.value) === canonicalText(value)) keep(old.pointer, pointer);
    else if (isObject(old.value) && isObject(value) && !isWhole(old)) {
      compareMembers(old, value, pointer);
    } else if (isList(old.value) && isList(value) && !isWhole(old)) {
      compareElements(old, value, pointer);
    } else {
      record(pointer, value, historyOf(old.pointer));
      moveSecrets(old.pointer, pointer);
    }
  };
  const compareMembers = (old: Before, value: JsonValue, pointer: string): void => {
    const [was, is] = [isObject(old.value) ? old.value : {}, isObject(value) ? value : {}];
    const history = before.provenance[old.pointer];
    if (history !== undefined) provenance[pointer] = history;
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
      const [from, to] = [childPointer(old.pointer, name), childPointer(pointer, name)];
      const [oldMember, member] = [was[name], is[name]];
      if (member === undefined) {
        record(to, null, historyOf(from));
        moveSecrets(from, to);
      } else if (oldMember === undefined) added(member, to);
      else compare({ value: oldMember, pointer: from }, member, to);
    }
  };
  const compareElements = (old: Before, value: JsonValue, pointer: string): void => {
    const [was, is] = [isList(old.value) ? old.value : [], isList(value) ? value : []];
    const policy = lists(parsePointer(old.pointer) ?? []);
    const origins = alignElements(was, is, policy.policy === 'keyed' ? policy.key : undefined);
    const history = before.provenance[old.pointer];
    if (history !== undefined) provenance[pointer] = history;
    for (const [index, element] of is.entries()) {
      const origin = origins[index];
      const oldElement = origin === undefined ? undefined : was[origin];
      const to = childPointer(pointer, index);
      if (origin === undefined || oldElement === undefined) record(to, element);
      else compare({ value: oldElement, pointer: childPointer(old.pointer, origin) }, element, to);
    }
  };
  compare({ value: before.manifest, pointer: '' }, after, '');
  // What an earlier patch removed is in neither manifest.
  for (const [pointer, entries] of known) {
    if (entries.at(-1)?.value !== null || provenance[pointer] !== undefined) continue;
    provenance[pointer] = entries;
    moveSecrets(pointer, pointer);
  }
  return { manifest: after, provenance, secrets: [...new Set(secrets)] };
}
