import type { ContainerRole } from '@millrace/core';
import { z } from 'zod';
import { volumeFault, type Volume } from './volume.ts';

/** A mount as Kubernetes writes it, and the containers that get it; without `roles` and `containers` all do. */
export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string | undefined;
  readonly subPathExpr?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly recursiveReadOnly?: string | undefined;
  readonly mountPropagation?: string | undefined;
  readonly roles?: readonly ContainerRole[] | undefined;
  readonly containers?: readonly string[] | undefined;
}

/** Volumes and mounts that were configured together. */
export interface VolumeSet {
  /** Sets with a lower rank come first in the pod; equal ranks are ordered by the set's name. */
  readonly rank: number;
  readonly volumes: readonly Volume[];
  readonly mounts: readonly Mount[];
}

/** Settings of this plugin. */
export interface VolumesSettings {
  readonly sets: Readonly<Record<string, VolumeSet>>;
  /** How many times a size limit that is no quantity is warned about; for peers that say it more than once. */
  readonly sizeLimitWarnings: number;
}

const role = z.enum(['build', 'helper', 'service', 'init', 'step', 'clone', 'sidecar']);

const mount: z.ZodType<Mount> = z.strictObject({
  name: z.string(),
  mountPath: z.string(),
  subPath: z.string().optional(),
  subPathExpr: z.string().optional(),
  readOnly: z.boolean().optional(),
  recursiveReadOnly: z.string().optional(),
  mountPropagation: z.string().optional(),
  roles: z.array(role).optional(),
  containers: z.array(z.string()).optional(),
});

const volume: z.ZodType<Volume> = z
  .looseObject({ name: z.string() })
  .transform((value) => value as Volume)
  .superRefine((value, context) => {
    const fault = volumeFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** Schema of {@link VolumesSettings}. */
export const settingsSchema: z.ZodType<VolumesSettings> = z.strictObject({
  sets: z
    .record(
      z.string(),
      z.strictObject({
        rank: z.int().default(0),
        volumes: z.array(volume).default([]),
        mounts: z.array(mount).default([]),
      }),
    )
    .default({}),
  sizeLimitWarnings: z.int().min(1).default(1),
});
