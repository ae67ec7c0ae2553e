import type { JsonObject, SchemaIssue, StandardSchema } from '@millrace/core';

/** A secret of the cluster that a step wants; see the member `target`. */
export interface NativeSecret {
  readonly name?: string;
  readonly key?: string;
  readonly target?: { readonly env?: string; readonly file?: string };
}

/** What the operator says about running workflows, and a step about itself. */
export interface WoodpeckerJobSettings {
  /** Seconds that pods get to end when they are deleted. */
  readonly stopTimeout: number;
  /** Image of the container that makes a working directory for a user that is not root. */
  readonly permissionImage: string;
  /** Whether labels of the pipeline file reach pods. */
  readonly userLabels: boolean;
  /** Secrets of the cluster that a step asked for and may have. */
  readonly nativeSecrets: readonly NativeSecret[];
}

/** What counts without configuration; Woodpecker's defaults. */
const defaultSettings: WoodpeckerJobSettings = {
  stopTimeout: 20,
  permissionImage: 'busybox:stable-musl',
  userLabels: false,
  nativeSecrets: [],
};

/** Schema of {@link WoodpeckerJobSettings}: every member may be absent, others are refused. */
export const settingsSchema: StandardSchema<unknown, WoodpeckerJobSettings> = {
  '~standard': {
    version: 1,
    vendor: 'millrace',
    validate: (value) => {
      const input = value ?? {};
      if (!isTable(input)) return { issues: [{ message: 'must be a table' }] };
      const issues = Object.entries(input).flatMap(([key, member]) => issuesOf(key, member));
      return issues.length > 0 ? { issues } : { value: { ...defaultSettings, ...input } };
    },
  },
};

function issuesOf(key: string, member: unknown): readonly SchemaIssue[] {
  const preset: unknown = Object.hasOwn(defaultSettings, key)
    ? defaultSettings[key as keyof WoodpeckerJobSettings]
    : undefined;
  const issue = (message: string): readonly SchemaIssue[] => [{ message, path: [key] }];
  if (preset === undefined) return issue('is not a known setting');
  if (Array.isArray(preset)) return Array.isArray(member) ? [] : issue('must be a list');
  if (typeof member !== typeof preset) return issue(`must be a ${typeof preset}`);
  return key === 'stopTimeout' && !(Number.isInteger(member) && Number(member) >= 0)
    ? issue('must be a whole number of seconds, 0 or more')
    : [];
}

const isTable = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
