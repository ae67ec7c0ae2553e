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

/** A volume claim that is made for each job and holds its workspace. */
export interface WorkspaceClaim {
  /** Without it the workspace is an empty directory of each pod. */
  readonly enabled: boolean;
  /** A quantity. */
  readonly size: string;
  /** Empty leaves the choice to the cluster. */
  readonly storageClass: string;
  readonly accessMode: string;
  /**
   * Whether all pods of the job run on one node at a time, which a volume that only one node can mount needs. The first
   * pod is placed freely.
   */
  readonly sameNode: boolean;
}

/** Settings of this plugin. */
export interface VolumesSettings {
  readonly workspaceClaim: WorkspaceClaim;
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
  workspaceClaim: z
    .strictObject({
      enabled: z.boolean().default(false),
      size: z.string().default('10G'),
      storageClass: z.string().default(''),
      accessMode: z.string().default('ReadWriteMany'),
      sameNode: z.boolean().default(false),
    })
    .prefault({}),
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
