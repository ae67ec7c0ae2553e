import type { JsonObject, JsonValue, SchemaIssue, StandardSchema } from '@millrace/core';

/** What the operator says about running jobs. */
export interface JobSettings {
  /** Where sources are checked out; variables are replaced. */
  readonly buildsDirectory: string;
  readonly shell: string;
  /** `KEY=value`, variables of every job. */
  readonly environment: readonly string[];
  readonly featureFlags: Readonly<Record<string, boolean>>;
  /** Whether a job may choose its own directory with `GIT_CLONE_PATH`. */
  readonly customBuildDirectory: boolean;
  /** Base address for cloning instead of the one that the job names. */
  readonly cloneUrl: string;
  readonly safeDirectory: boolean;
  readonly cleanGitConfig: boolean;
  readonly debugTraceDisabled: boolean;
  readonly preGetSourcesScript: string;
  readonly postGetSourcesScript: string;
  readonly preBuildScript: string;
  readonly postBuildScript: string;
  readonly scriptsBaseDirectory: string;
  readonly logsBaseDirectory: string;
  /** Seconds that a pod may take to start. */
  readonly startTimeout: number;
}

/** What counts without configuration; GitLab Runner's defaults. */
export const defaultSettings: JobSettings = {
  buildsDirectory: '/builds',
  shell: 'bash',
  environment: [],
  featureFlags: {},
  customBuildDirectory: true,
  cloneUrl: '',
  safeDirectory: true,
  cleanGitConfig: true,
  debugTraceDisabled: false,
  preGetSourcesScript: '',
  postGetSourcesScript: '',
  preBuildScript: '',
  postBuildScript: '',
  scriptsBaseDirectory: '',
  logsBaseDirectory: '',
  startTimeout: 180,
};

/** Schema of {@link JobSettings}: every member may be absent, others are refused. */
export const settingsSchema: StandardSchema<unknown, JobSettings> = {
  '~standard': {
    version: 1,
    vendor: 'millrace',
    validate: (value) => {
      const input = value ?? {};
      if (!isTable(input)) return { issues: [{ message: 'must be a table' }] };
      const issues = Object.entries(input).flatMap(([key, member]) => issuesOf(key, member));
      if (issues.length > 0) return { issues };
      return { value: { ...defaultSettings, ...input } };
    },
  },
};

function issuesOf(key: string, member: JsonValue | undefined): readonly SchemaIssue[] {
  const preset = Object.hasOwn(defaultSettings, key)
    ? defaultSettings[key as keyof JobSettings]
    : undefined;
  if (preset === undefined) return [{ message: 'is not a known setting', path: [key] }];
  if (Array.isArray(preset)) {
    const isTexts = Array.isArray(member) && member.every((item) => typeof item === 'string');
    return isTexts ? [] : [{ message: 'must be a list of strings', path: [key] }];
  }
  if (typeof preset === 'object') return flagIssues(key, member);
  if (typeof member !== typeof preset)
    return [{ message: `must be a ${typeof preset}`, path: [key] }];
  return key === 'startTimeout' && !(Number.isInteger(member) && Number(member) > 0)
    ? [{ message: 'must be a whole number of seconds above 0', path: [key] }]
    : [];
}

function flagIssues(key: string, member: JsonValue | undefined): readonly SchemaIssue[] {
  if (!isTable(member)) return [{ message: 'must be a table of true or false', path: [key] }];
  return Object.entries(member).flatMap(([flag, value]) =>
    typeof value === 'boolean' ? [] : [{ message: 'must be true or false', path: [key, flag] }],
  );
}

const isTable = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
