import type { ClusterConnection } from '@millrace/core';
import { z } from 'zod';

/** Settings of this plugin. */
export interface IdentitySettings {
  /** Namespace of all objects of a job; empty is `default`, with a warning. */
  readonly namespace: string;
  /** Each job gets a namespace of its own, created before and deleted after it. */
  readonly namespacePerJob: boolean;
  /** What the name of such a namespace begins with; the job's id follows. */
  readonly namespacePrefix: string;
  /** Jobs of each owner get a namespace `<namespace>-<owner>`, made where it is missing and kept. */
  readonly namespacePerOwner: boolean;
  /** Service account of the pods; empty leaves it to the namespace. */
  readonly serviceAccount: string;
  /** How often to look again for the service account before a pod is made; without retries nobody looks. */
  readonly availability: { readonly retries: number; readonly intervalSeconds: number };
  /** Whether pods get the service account's token; absent leaves it to the service account. */
  readonly automountServiceAccountToken?: boolean | undefined;
  /** How to reach the API server, and as whom. */
  readonly connection: ClusterConnection;
}

/** Schema of {@link IdentitySettings}. */
export const settingsSchema: z.ZodType<IdentitySettings> = z.strictObject({
  namespace: z.string().default(''),
  namespacePerJob: z.boolean().default(false),
  namespacePrefix: z.string().default('job-'),
  namespacePerOwner: z.boolean().default(false),
  serviceAccount: z.string().default(''),
  availability: z
    .strictObject({
      retries: z.int().nonnegative().default(0),
      intervalSeconds: z.int().positive().default(5),
    })
    .prefault({}),
  automountServiceAccountToken: z.boolean().optional(),
  connection: z
    .strictObject({
      server: z.string().default(''),
      context: z.string().default(''),
      token: z.string().default(''),
      caFile: z.string().default(''),
      certFile: z.string().default(''),
      keyFile: z.string().default(''),
    })
    .prefault({}),
});
