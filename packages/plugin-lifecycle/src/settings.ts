import type { ContainerRole } from '@millrace/core';
import { z } from 'zod';

/**
 * What happens at a point of a container's life. Kubernetes takes exactly one of these; with more the job log warns
 * and the API server refuses the pod.
 */
export interface LifecycleHandler {
  /** Runs in the container, without a shell. */
  readonly exec?: { readonly command: readonly string[] } | undefined;
  readonly httpGet?: HttpGet | undefined;
  readonly tcpSocket?: { readonly port: number | string; readonly host: string } | undefined;
}

/** A request to a port of the container. Empty texts are left to Kubernetes. */
export interface HttpGet {
  /** Number or name. */
  readonly port: number | string;
  readonly host: string;
  readonly path: string;
  /** `HTTP` or `HTTPS`. */
  readonly scheme: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** Hooks and the containers that get them; without `roles` and `containers` all do, init containers excepted. */
export interface LifecycleRule {
  readonly roles?: readonly ContainerRole[] | undefined;
  readonly containers?: readonly string[] | undefined;
  /** Right after the container started. */
  readonly postStart?: LifecycleHandler | undefined;
  /** Before the container is told to end. */
  readonly preStop?: LifecycleHandler | undefined;
}

/** Settings of this plugin. */
export interface LifecycleSettings {
  /** Seconds that containers get to end; absent leaves it to the cluster (30). */
  readonly terminationGracePeriodSeconds?: number | undefined;
  readonly rules: Readonly<Record<string, LifecycleRule>>;
  readonly disruptionBudget: {
    /** Whether voluntary evictions, such as a drained node, are kept from pods. */
    readonly enabled: boolean;
    /** Label of the job by which the budget finds its pod; millrace's own when absent. */
    readonly selectorLabel?: string | undefined;
  };
}

const port = z.union([z.int(), z.string()]);

const handler = z.strictObject({
  exec: z.strictObject({ command: z.array(z.string()) }).optional(),
  httpGet: z
    .strictObject({
      port,
      host: z.string().default(''),
      path: z.string().default(''),
      scheme: z.string().default(''),
      headers: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
    })
    .optional(),
  tcpSocket: z.strictObject({ port, host: z.string().default('') }).optional(),
});
const role = z.enum(['build', 'helper', 'service', 'init', 'step', 'clone', 'sidecar']);

/** Schema of {@link LifecycleSettings}. */
export const settingsSchema: z.ZodType<LifecycleSettings> = z.strictObject({
  terminationGracePeriodSeconds: z.int().optional(),
  rules: z
    .record(
      z.string(),
      z.strictObject({
        roles: z.array(role).optional(),
        containers: z.array(z.string()).optional(),
        postStart: handler.optional(),
        preStop: handler.optional(),
      }),
    )
    .default({}),
  disruptionBudget: z
    .strictObject({ enabled: z.boolean().default(false), selectorLabel: z.string().optional() })
    .prefault({}),
});
