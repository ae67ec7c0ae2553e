import { z } from 'zod';

/** Settings of this plugin. */
export interface MetadataSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Label keys of these domains and of those below them are the runner's own and cannot be set. */
  readonly protectedDomains: readonly string[];
  /** What becomes of label values: sent as they are, or made valid by underscores and cutting. */
  readonly labelValues: 'as-is' | 'underscores';
}

const texts = z.record(z.string(), z.string()).default({});

/** Schema of {@link MetadataSettings}. */
export const settingsSchema: z.ZodType<MetadataSettings> = z.strictObject({
  labels: texts,
  annotations: texts,
  protectedDomains: z.array(z.string()).default([]),
  labelValues: z.enum(['as-is', 'underscores']).default('as-is'),
});
