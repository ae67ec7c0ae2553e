import { z } from 'zod';

/** A service that the operator adds to every job. */
export interface ConfiguredService {
  /** Image; an empty one drops the entry. */
  readonly name: string;
  /** Host names, separated by blanks or commas; the first fit one names the container. */
  readonly alias: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `KEY=value` each. */
  readonly environment: readonly string[];
}

/** How pods of a job with a network of its own find each other: by their host names. */
export interface DiscoverySettings {
  /** Host name of a unit's pod; absent: none. */
  readonly hostname?: string | undefined;
  /** Whether names of other pods are found without their domain. */
  readonly search: boolean;
  /** The cluster's own domain. */
  readonly clusterDomain: string;
}

/** Settings of the plugin. */
export interface ServicesSettings {
  readonly discovery: DiscoverySettings;
  readonly services: readonly ConfiguredService[];
  /** Variable of a service that asks to wait until a port answers. */
  readonly healthCheckVariable?: string | undefined;
  /** Variable of the job that, when `true`, starts services as their image says, whatever was asked for. */
  readonly plainStartVariable?: string | undefined;
  readonly proxy: {
    /** Label of the job by which a proxied port finds its pod; millrace's own when absent. */
    readonly selectorLabel?: string | undefined;
    /** Containers whose port is reached under their own name; others get the prefix `proxy-`. */
    readonly ownNames: readonly string[];
  };
}

const texts = z.array(z.string());

/** Checks the settings; `{}` is valid. */
export const ServicesConfig: z.ZodType<ServicesSettings> = z.strictObject({
  services: z
    .array(
      z.strictObject({
        name: z.string().default(''),
        alias: z.string().default(''),
        entrypoint: texts.default([]),
        command: texts.default([]),
        environment: texts.default([]),
      }),
    )
    .default([]),
  discovery: z
    .strictObject({
      hostname: z.string().optional(),
      search: z.boolean().default(true),
      clusterDomain: z.string().default('cluster.local'),
    })
    .prefault({}),
  healthCheckVariable: z.string().optional(),
  plainStartVariable: z.string().optional(),
  proxy: z
    .strictObject({ selectorLabel: z.string().optional(), ownNames: texts.default([]) })
    .prefault({}),
});
