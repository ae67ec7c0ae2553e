import type { Variable } from '@millrace/core';
import type { Payload } from '../payload/payload.ts';
import type { ResolvedFlags } from './resolve-flags.ts';

/** Where a job works. */
export interface JobDirectories {
  /** Root of all builds. */
  readonly builds: string;
  /** The job's sources. */
  readonly project: string;
  /** Files of the runner, beside the sources. */
  readonly temporary: string;
}

/** What variables are made of. */
export interface VariableParts {
  readonly payload: Payload;
  readonly flags: ResolvedFlags;
  readonly environment: readonly Variable[];
  readonly shortToken: string;
  readonly slot: number;
  readonly projectSlot: number;
  readonly timeoutSeconds: number;
  /** Undefined as long as nobody can know. */
  readonly directories: JobDirectories | undefined;
  readonly runner: {
    readonly version: string;
    readonly revision: string;
    readonly architecture: string;
  };
}

/** All variables of a job in the order in which scripts export them; nothing is expanded. */
export function jobVariables(parts: VariableParts): readonly Variable[] {
  const { payload, flags, directories, slot, projectSlot, runner } = parts;
  const own = (key: string, value: string): Variable => ({ ...plain(key, value), internal: true });
  return [
    ...flags.entries.map(([flag, value]) => own(flag, String(value))),
    ...(payload.image.name === '' ? [] : [own('CI_JOB_IMAGE', payload.image.name)]),
    own('CI_RUNNER_SHORT_TOKEN', parts.shortToken),
    ...parts.environment,
    ...(directories === undefined
      ? []
      : [own('CI_BUILDS_DIR', directories.builds), own('CI_PROJECT_DIR', directories.project)]),
    own('CI_CONCURRENT_ID', String(slot)),
    own('CI_CONCURRENT_PROJECT_ID', String(projectSlot)),
    own('CI_SERVER', 'yes'),
    own('CI_JOB_STATUS', 'running'),
    own('CI_JOB_TIMEOUT', String(parts.timeoutSeconds)),
    ...payload.variables
      .filter(({ key }) => !flags.entries.some(([flag]) => flag === key))
      .map((variable) => ({ ...variable, internal: false })),
    own('CI_DISPOSABLE_ENVIRONMENT', 'true'),
    own('CI_RUNNER_VERSION', runner.version),
    own('CI_RUNNER_REVISION', runner.revision),
    own('CI_RUNNER_EXECUTABLE_ARCH', runner.architecture),
    ...(directories === undefined ? [] : [own('RUNNER_TEMP_PROJECT_DIR', directories.temporary)]),
  ];
}

/** The operator's `KEY=value` entries as variables; an entry without `=` is none. */
export function environmentVariables(entries: readonly string[]): readonly Variable[] {
  return entries.flatMap((entry) => {
    const at = entry.indexOf('=');
    if (at < 0) return [];
    return [{ ...plain(entry.slice(0, at), entry.slice(at + 1)), public: false, internal: true }];
  });
}

const plain = (key: string, value: string): Variable => ({
  key,
  value,
  public: true,
  file: false,
  masked: false,
  raw: false,
  internal: false,
});
