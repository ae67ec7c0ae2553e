import { z } from 'zod';

/** One condition on a label or field; the operator is left to the API server. */
export interface Requirement {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

/** Conditions on a node that must all hold. */
export interface NodeTerm {
  readonly matchExpressions?: readonly Requirement[] | undefined;
  readonly matchFields?: readonly Requirement[] | undefined;
}

/** Which pods or namespaces are meant; an empty one is all. */
export interface LabelCondition {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly Requirement[] | undefined;
}

/** Pods, and the domain in which they are looked for. */
export interface PodTerm {
  readonly labelSelector?: LabelCondition | undefined;
  readonly namespaceSelector?: LabelCondition | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly topologyKey?: string | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
}

/** Attraction to nodes. */
export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?:
    | { readonly nodeSelectorTerms: readonly NodeTerm[] }
    | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly preference: NodeTerm }[]
    | undefined;
}

/** Attraction to pods, or repulsion from them. */
export interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[] | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly podAffinityTerm: PodTerm }[]
    | undefined;
}

/** `spec.affinity` of a pod, in Kubernetes' own form. */
export interface Affinity {
  readonly nodeAffinity?: NodeAffinity | undefined;
  readonly podAffinity?: PodAffinity | undefined;
  readonly podAntiAffinity?: PodAffinity | undefined;
}

const texts = z.array(z.string()).optional();
const requirements = z
  .array(
    z.strictObject({ key: z.string().optional(), operator: z.string().optional(), values: texts }),
  )
  .optional();
const nodeTerm = z.strictObject({ matchExpressions: requirements, matchFields: requirements });
const labels = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: requirements,
  })
  .optional();
const podTerm = z.strictObject({
  labelSelector: labels,
  namespaceSelector: labels,
  namespaces: texts,
  topologyKey: z.string().optional(),
  matchLabelKeys: texts,
  mismatchLabelKeys: texts,
});
const weight = z.int().default(0);
const podAffinity = z
  .strictObject({
    requiredDuringSchedulingIgnoredDuringExecution: z.array(podTerm).optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z
      .array(z.strictObject({ weight, podAffinityTerm: podTerm.prefault({}) }))
      .optional(),
  })
  .optional();

/** Schema of {@link Affinity}: names and types only, for the API server knows what is valid. */
export const affinitySchema: z.ZodType<Affinity> = z.strictObject({
  nodeAffinity: z
    .strictObject({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .strictObject({ nodeSelectorTerms: z.array(nodeTerm).default([]) })
        .optional(),
      preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.strictObject({ weight, preference: nodeTerm.prefault({}) }))
        .optional(),
    })
    .optional(),
  podAffinity,
  podAntiAffinity: podAffinity,
});
