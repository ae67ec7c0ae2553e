import { z } from 'zod';

/** A resolver option; without a value it is a flag. */
export interface DnsOption {
  readonly name: string;
  readonly value?: string | undefined;
}

/** A line of `/etc/hosts`. */
export interface HostAlias {
  readonly ip: string;
  readonly hostnames: readonly string[];
}

/** Settings of this plugin. */
export interface DnsSettings {
  /** In Kubernetes' words, or a word that has no meaning: that is warned about, and the cluster decides. */
  readonly policy?: (typeof policies)[number] | { readonly unknown: string } | undefined;
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly DnsOption[];
  /** Sent one by one in this order, also when two have one address. */
  readonly hostAliases: readonly HostAlias[];
}

const policies = ['None', 'Default', 'ClusterFirst', 'ClusterFirstWithHostNet'] as const;
const texts = z.array(z.string()).default([]);

/** Schema of {@link DnsSettings}. */
export const settingsSchema: z.ZodType<DnsSettings> = z.strictObject({
  policy: z.union([z.enum(policies), z.strictObject({ unknown: z.string() })]).optional(),
  nameservers: texts,
  searches: texts,
  options: z
    .array(z.strictObject({ name: z.string().default(''), value: z.string().optional() }))
    .default([]),
  hostAliases: z
    .array(z.strictObject({ ip: z.string().default(''), hostnames: texts }))
    .default([]),
});
