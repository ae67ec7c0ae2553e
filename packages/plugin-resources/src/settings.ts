import type { ContainerRole } from '@millrace/core';
import { z } from 'zod';

/** Quantities by the name of their resource, `cpu`, `memory`, `ephemeral-storage`, `nvidia.com/gpu`. */
export type Quantities = Readonly<Record<string, string>>;

/** What is asked for, and what must not be exceeded. */
export interface ResourceLists {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** A variable of a container's own that may change one of its quantities. */
export interface QuantityVariable {
  readonly variable: string;
  /** What the variable may say at most; empty: the variable is not looked at. */
  readonly maximum: string;
}

/** Resources and the containers that get them; without `roles` and `containers` all do. */
export interface ResourceRule extends ResourceLists {
  readonly roles?: readonly ContainerRole[] | undefined;
  readonly containers?: readonly string[] | undefined;
  readonly variables: {
    readonly requests: Readonly<Record<string, QuantityVariable>>;
    readonly limits: Readonly<Record<string, QuantityVariable>>;
  };
}

/** Settings of this plugin. */
export interface ResourcesSettings {
  /** Refusals come in the order of the rules, those of the pod last. */
  readonly rules: Readonly<Record<string, ResourceRule>>;
  /** Resources of the pod as a whole. */
  readonly pod: ResourceLists;
  /** What an empty quantity is. */
  readonly emptyQuantities: 'none' | 'refused';
  /** Whether `resources` is sent where there are none, for peers that do. */
  readonly sendEmpty: boolean;
}

const quantities = z.record(z.string(), z.string()).default({});
const variables = z
  .record(z.string(), z.strictObject({ variable: z.string(), maximum: z.string().default('') }))
  .default({});
const role = z.enum(['build', 'helper', 'service', 'init', 'step', 'clone', 'sidecar']);

/** Schema of {@link ResourcesSettings}. A quantity may be any text here: what is none refuses the job. */
export const settingsSchema: z.ZodType<ResourcesSettings> = z.strictObject({
  rules: z
    .record(
      z.string(),
      z.strictObject({
        roles: z.array(role).optional(),
        containers: z.array(z.string()).optional(),
        requests: quantities,
        limits: quantities,
        variables: z.strictObject({ requests: variables, limits: variables }).prefault({}),
      }),
    )
    .default({}),
  pod: z.strictObject({ requests: quantities, limits: quantities }).prefault({}),
  emptyQuantities: z.enum(['none', 'refused']).default('none'),
  sendEmpty: z.boolean().default(false),
});
