import { isRunnerError, type JsonObject, type JsonValue } from '@millrace/core';
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '@millrace/kube-objects';
import { isObject, jsonKind } from './json-kind.ts';
import { PatchFault } from './patch-fault.ts';
import type { PatchFiles } from './patch-files.ts';
import { readYaml } from './read-yaml.ts';
import type { ConfiguredPatch } from './settings.ts';

/**
 * A pod's `spec` after one patch.
 * @throws PatchFault naming the step that failed
 */
export function applyPatch(
  spec: JsonObject,
  patch: ConfiguredPatch,
  files: PatchFiles,
): JsonObject {
  const content = readYaml(textOf(patch, files));
  const result = applying(() => applyByType(spec, content, patch.type));
  if (!isObject(result))
    throw new PatchFault(
      'apply',
      `json: cannot unmarshal ${jsonKind(result)} into Go value of type v1.PodSpec`,
    );
  return result;
}

/** @returns what the function returns; texts of the Kubernetes libraries as faults of the step `apply` */
export function applying<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isRunnerError(error)) throw error;
    throw new PatchFault('apply', error.message);
  }
}

function textOf({ patch, patchFile }: ConfiguredPatch, files: PatchFiles): string {
  if (patchFile === '') return patch;
  if (patch !== '') throw new PatchFault('choose', 'both a patch and a patch file are given');
  const text = files.get(patchFile) ?? new PatchFault('load', `${patchFile} has not been read`);
  if (typeof text === 'string') return text;
  throw text;
}

/** What a patch of the wrong form means is told as the reference's libraries tell it. */
function applyByType(spec: JsonObject, patch: JsonValue, type: string): JsonValue {
  switch (type) {
    case 'strategic':
      if (patch === null) return spec;
      if (!isObject(patch)) throw new PatchFault('apply', 'invalid JSON document');
      return applyStrategicMergePatch(spec, patch, 'PodSpec');
    case 'merge':
      if (typeof patch !== 'object' || patch === null)
        throw new PatchFault('apply', 'Invalid JSON Patch');
      return applyMergePatch(spec, patch);
    case 'json':
      if (patch === null) return spec;
      if (!Array.isArray(patch))
        throw new PatchFault(
          'apply',
          `json: cannot unmarshal ${jsonKind(patch)} into Go value of type jsonpatch.Patch`,
        );
      return applyJsonPatch(spec, patch);
    default:
      throw new PatchFault(
        'type',
        `the type ${JSON.stringify(type)} is none of merge, strategic, json`,
      );
  }
}
