import type {
  JsonObject,
  KubeObject,
  PodPatch,
  Settings,
  Source,
  Statement,
  Unit,
} from '@millrace/core';
import { withoutContainers } from './absent-containers.ts';
import { applying, applyPatch } from './apply-patch.ts';
import { decodeSpec } from './decode-spec.ts';
import { isObject } from './json-kind.ts';
import { PatchFault } from './patch-fault.ts';
import type { PatchFiles } from './patch-files.ts';
import type { ConfiguredPatch, PodPatchSettings } from './settings.ts';

/** A `spec` after a patch, and what there is to say. */
interface Patched {
  readonly spec: JsonObject;
  readonly statements: readonly Statement[];
}

/**
 * The pod after each patch. What the API does not know is dropped at the end, so that a later patch may still correct
 * an earlier one. A patch that fails refuses the job and ends the list.
 */
export function patchPod(
  pod: KubeObject,
  { containers }: Pick<Unit, 'containers'>,
  { value: { patches, absentContainers }, source }: Settings<PodPatchSettings>,
  files: PatchFiles,
): readonly PodPatch[] {
  const missing = absentContainers.filter((name) => !containers.some((own) => own.name === name));
  const steps: PodPatch[] = [];
  let spec: JsonObject = isObject(pod['spec']) ? pod['spec'] : {};
  for (const [index, patch] of patches.entries()) {
    const from = source(['patches', index]);
    const patched = attempt(patch, from, () => {
      const { spec: kept, left } = withoutContainers(applyPatch(spec, patch, files), missing);
      const statements = left.map((name) => absent(name, from));
      return index < patches.length - 1
        ? { spec: kept, statements }
        : decoded(kept, statements, from);
    });
    if ('kind' in patched)
      return [...steps, { pod: { ...pod, spec }, source: from, statements: [patched] }];
    ({ spec } = patched);
    steps.push({ pod: { ...pod, spec }, source: from, statements: patched.statements });
  }
  return steps;
}

function attempt(patch: ConfiguredPatch, source: Source, work: () => Patched): Patched | Statement {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchFault)) throw error;
    return failed(patch, error, source);
  }
}

function decoded(spec: JsonObject, statements: readonly Statement[], source: Source): Patched {
  const { object, unknownFields } = applying(() => decodeSpec(spec));
  return {
    spec: object,
    statements: [...statements, ...unknownFields.map((field) => unknown(field, source))],
  };
}

const unknown = (field: string, source: Source): Statement => ({
  kind: 'warn',
  code: 'pod-patch.unknown-field',
  text: `Patches of the pod set spec.${field}, which Kubernetes does not know: it is left out`,
  source,
});

const absent = (name: string, source: Source): Statement => ({
  kind: 'warn',
  code: 'pod-patch.absent-container',
  text: `A patch of the pod changes the container ${name}, which pods do not have here: it is left out`,
  source,
});

const failed = (
  { name, type }: ConfiguredPatch,
  { step, message }: PatchFault,
  source: Source,
): Statement => ({
  kind: 'refuse',
  code: `pod-patch.${step}`,
  text: `the pod patch ${JSON.stringify(name)} cannot be applied: ${message}`,
  values: { name, type, fault: message },
  reason: 'internal',
  source,
});
