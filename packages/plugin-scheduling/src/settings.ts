import { z } from 'zod';
import { affinitySchema, type Affinity } from './affinity-settings.ts';

/** A toleration in Kubernetes' own form; absent members are not sent. */
export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
  readonly tolerationSeconds?: number | undefined;
}

/** Settings of this plugin. */
export interface SchedulingSettings {
  /** Labels that a node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Labels that a node must have where the node selector says nothing about them. */
  readonly defaultNodeSelector: Readonly<Record<string, string>>;
  /** `key` or `key=value` → effect; an empty effect is every effect, an empty key every taint. */
  readonly tolerations: Readonly<Record<string, string>>;
  /** Tolerations that need Kubernetes' own form, after those of the table. */
  readonly tolerationList: readonly Toleration[];
  /** Sent as it is, also when it is empty. */
  readonly affinity?: Affinity | undefined;
  /** Empty leaves the choice to the cluster, as does {@link SchedulingSettings.priorityClassName}. */
  readonly schedulerName: string;
  readonly priorityClassName: string;
  /** Sent also when it is empty; the API server refuses that. */
  readonly runtimeClassName?: string | undefined;
}

const texts = z.record(z.string(), z.string()).default({});

/** Schema of {@link SchedulingSettings}. */
export const settingsSchema: z.ZodType<SchedulingSettings> = z.strictObject({
  nodeSelector: texts,
  defaultNodeSelector: texts,
  tolerations: texts,
  tolerationList: z
    .array(
      z.strictObject({
        key: z.string().optional(),
        operator: z.string().optional(),
        value: z.string().optional(),
        effect: z.string().optional(),
        tolerationSeconds: z.int().optional(),
      }),
    )
    .default([]),
  affinity: affinitySchema.optional(),
  schedulerName: z.string().default(''),
  priorityClassName: z.string().default(''),
  runtimeClassName: z.string().optional(),
});
