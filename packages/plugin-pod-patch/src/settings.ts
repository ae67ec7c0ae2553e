import { z } from 'zod';

/** A patch of the pod's `spec`. */
export interface ConfiguredPatch {
  /** Only for messages. */
  readonly name: string;
  /** The patch itself, YAML or JSON; empty when it is in a file. */
  readonly patch: string;
  /** File with the patch, read when the configuration is loaded. */
  readonly patchFile: string;
  /**
   * `merge` (RFC 7386), `json` (RFC 6902) or `strategic` (with the merge keys of Kubernetes). Any other text refuses
   * jobs, and does so only while patches are applied, as peers do.
   */
  readonly type: string;
}

/** Settings of this plugin. */
export interface PodPatchSettings {
  /** Applied in this order, each to the result of the one before. */
  readonly patches: readonly ConfiguredPatch[];
  /** Variable of the job that must be `true` for patches to be applied; absent: they always are. */
  readonly switchVariable?: string | undefined;
  /** Containers that a peer's pods have and ours do not: what patches say about them is left out, with a warning. */
  readonly absentContainers: readonly string[];
  /** Whether patches are applied at all. */
  readonly enabled: boolean;
}

/** Schema of {@link PodPatchSettings}. */
export const settingsSchema: z.ZodType<PodPatchSettings> = z.strictObject({
  patches: z
    .array(
      z.strictObject({
        name: z.string().default(''),
        patch: z.string().default(''),
        patchFile: z.string().default(''),
        type: z.string().default('strategic'),
      }),
    )
    .default([]),
  absentContainers: z.array(z.string()).default([]),
  switchVariable: z.string().optional(),
  enabled: z.boolean().default(true),
});
