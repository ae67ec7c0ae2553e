import { parseGoBool, parseGoDuration } from '@millrace/config';
import type { VariableList } from './variables/variable-list.ts';

/** How sources come into the project directory. */
export type GitStrategy = 'clone' | 'fetch' | 'none' | 'empty';

/** What a job says about its own run, by variables. */
export interface BuildSettings {
  readonly strategy: GitStrategy;
  readonly checkout: boolean;
  readonly cleanFlags: readonly string[];
  readonly fetchFlags: readonly string[];
  readonly submodules: 'none' | 'normal' | 'recursive' | 'invalid';
  readonly skipLfs: boolean;
  readonly debugTrace: boolean;
  readonly afterScriptIgnoresErrors: boolean;
  readonly getSourcesAttempts: number;
  readonly scriptTimeoutSeconds: number | undefined;
  readonly afterScriptTimeoutSeconds: number;
  /** Values that were not understood, in GitLab Runner's words; all in one warning. */
  readonly problems: readonly string[];
  /** Problems that GitLab Runner tells one by one when the script starts. */
  readonly timeoutProblems: readonly string[];
}

const defaultAfterScriptTimeout = 300;

/** Reads the settings; what is wrong gets its default and a problem (gitlab/237). */
export function buildSettings(
  variables: VariableList,
  given: {
    readonly allowGitFetch: boolean;
    readonly timeoutSeconds: number;
    readonly debugTraceDisabled: boolean;
  },
): BuildSettings {
  const problems: string[] = [];
  const timeoutProblems: string[] = [];
  const text = variables.valueOf;
  const bool = (key: string, preset: boolean): boolean => {
    if (text(key) === '') return preset;
    const value = parseGoBool(text(key));
    if (value === undefined)
      problems.push(`${key}: expected bool got "${text(key)}", using default value: ${preset}`);
    return value ?? preset;
  };
  const timeout = (key: string): number | undefined =>
    readTimeout(key, text(key), given.timeoutSeconds, timeoutProblems);
  const askedForTrace = bool('CI_DEBUG_TRACE', false);
  const strategy = readStrategy(text('GIT_STRATEGY'), given.allowGitFetch, problems);
  const checkout = bool('GIT_CHECKOUT', true);
  const submodules = readSubmodules(text('GIT_SUBMODULE_STRATEGY'), problems);
  const skipLfs = bool('GIT_LFS_SKIP_SMUDGE', false);
  const getSourcesAttempts = readAttempts('GET_SOURCES_ATTEMPTS', text, problems);
  const afterScriptIgnoresErrors = bool('AFTER_SCRIPT_IGNORE_ERRORS', true);
  if (askedForTrace && given.debugTraceDisabled)
    problems.push('CI_DEBUG_TRACE: usage is disabled on this Runner');
  return {
    strategy,
    checkout: checkout && strategy !== 'none' && strategy !== 'empty',
    cleanFlags: words(text('GIT_CLEAN_FLAGS'), ['-ffdx']),
    fetchFlags: words(text('GIT_FETCH_EXTRA_FLAGS'), ['--prune', '--quiet']),
    submodules,
    skipLfs,
    debugTrace: askedForTrace && !given.debugTraceDisabled,
    afterScriptIgnoresErrors,
    getSourcesAttempts,
    scriptTimeoutSeconds: timeout('RUNNER_SCRIPT_TIMEOUT'),
    afterScriptTimeoutSeconds: timeout('RUNNER_AFTER_SCRIPT_TIMEOUT') ?? defaultAfterScriptTimeout,
    problems,
    timeoutProblems,
  };
}

function readStrategy(text: string, allowGitFetch: boolean, problems: string[]): GitStrategy {
  const preset = allowGitFetch ? 'fetch' : 'clone';
  if (text === '') return preset;
  if (text === 'clone' || text === 'fetch' || text === 'none' || text === 'empty') return text;
  problems.push(
    `GIT_STRATEGY: expected either 'clone', 'fetch', 'none' or 'empty' got "${text}", using default value '${preset}'`,
  );
  return preset;
}

function readSubmodules(text: string, problems: string[]): BuildSettings['submodules'] {
  if (text === '' || text === 'none') return 'none';
  if (text === 'normal' || text === 'recursive') return text;
  problems.push(
    `GIT_SUBMODULE_STRATEGY: expected either 'normal', 'recursive' or 'none' got "${text}"`,
  );
  return 'invalid';
}

function readAttempts(key: string, lookUp: (key: string) => string, problems: string[]): number {
  const text = lookUp(key);
  if (text === '') return 1;
  if (!/^[+-]?\d+$/.test(text)) {
    problems.push(`${key}: expected int got "${text}", using default value: 1`);
    return 1;
  }
  const clamped = Math.min(10, Math.max(1, Number(text)));
  if (clamped !== Number(text))
    problems.push(`${key}: number of attempts out of the range [1, 10], clamping to: ${clamped}`);
  return clamped;
}

/** Seconds; undefined when the default counts. */
function readTimeout(
  key: string,
  text: string,
  jobTimeoutSeconds: number,
  problems: string[],
): number | undefined {
  if (text === '') return undefined;
  const milliseconds = parseGoDuration(text);
  if (milliseconds === undefined) problems.push(`Ignoring malformed ${key} timeout: ${text}`);
  else if (milliseconds < 0) problems.push(`Ignoring relative ${key} timeout: ${text}`);
  else if (milliseconds > jobTimeoutSeconds * 1000)
    problems.push(`${key} timeout: ${text} is longer than job timeout. Setting to job timeout`);
  else if (milliseconds > 0) return milliseconds / 1000;
  return undefined;
}

function words(text: string, preset: readonly string[]): readonly string[] {
  if (text === '') return preset;
  return text === 'none' ? [] : text.split(/\s+/).filter((word) => word !== '');
}
