import { createToken, type Expand, type JobRequest, type Token } from '@millrace/core';
import { gitlabShortToken, gitlabUniqueName } from '@millrace/kube-objects';
import { buildSettings, type BuildSettings } from './build-settings.ts';
import { jobDirectories } from './directories.ts';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import type { Payload } from './payload/payload.ts';
import { readPayload } from './payload/read-payload.ts';
import type { JobSettings } from './settings.ts';
import { expandReferences } from './variables/expand-references.ts';
import {
  environmentVariables,
  jobVariables,
  type JobDirectories,
} from './variables/job-variables.ts';
import { resolveFlags, type ResolvedFlags } from './variables/resolve-flags.ts';
import { expandVariables, type VariableList } from './variables/variable-list.ts';

/** A job as it is known before any plugin's settings are settled. */
export interface JobContext {
  readonly request: JobRequest;
  readonly payload: Payload;
  readonly settings: JobSettings;
  readonly flags: ResolvedFlags;
  readonly shortToken: string;
  /** Base of all names of the job's objects. */
  readonly uniqueName: string;
  /** What ends the job; two hours where the server does not say. */
  readonly timeoutSeconds: number;
  readonly build: BuildSettings;
  /** Variables, as if the job did not share its volume with others; good for expanding settings. */
  readonly variables: VariableList;
  readonly expand: Expand;
  readonly layout: (shared: boolean) => JobLayout;
}

/** Directories and variables of a job, once it is known whether it shares its volume. */
export interface JobLayout {
  readonly directories: JobDirectories;
  /** Why the job's own directory is refused. */
  readonly refusal: string | undefined;
  readonly variables: VariableList;
}

/** The job's context; made once a job. */
export const JobContextToken: Token<JobContext> = createToken(
  '@millrace/gitlab-job/context',
  'job',
);
/** The job's layout; needs to know whether the workspace is shared. */
export const JobLayoutToken: Token<JobLayout> = createToken('@millrace/gitlab-job/layout', 'job');

/** GitLab Runner: a job whose server does not say how long it may take gets two hours. */
const defaultTimeoutSeconds = 7200;

/**
 * Makes a job's context.
 * @throws RunnerError `MILLRACE_E_PAYLOAD` when a field of the payload has another type than GitLab's
 */
export function jobContext(
  request: JobRequest,
  settings: JobSettings,
  options: GitlabJobOptions,
): JobContext {
  const payload = readPayload(request.payload);
  const { runner } = request;
  const { projectSlot = runner.slot } = runner;
  const shortToken = gitlabShortToken(runner.token);
  const timeoutSeconds = payload.timeout > 0 ? payload.timeout : defaultTimeoutSeconds;
  const environment = environmentVariables(settings.environment);
  const flags = resolveFlags(
    settings.featureFlags,
    (flag) =>
      [environment, payload.variables].flatMap(
        (list) => list.findLast(({ key }) => key === flag)?.value ?? [],
      )[0],
  );
  const listWith = (directories: JobDirectories | undefined): VariableList =>
    expandVariables(
      jobVariables({
        payload,
        flags,
        environment,
        shortToken,
        slot: runner.slot,
        projectSlot,
        timeoutSeconds,
        directories,
        runner: options,
      }),
      directories?.temporary ?? '',
    );
  const first = listWith(undefined);
  const build = buildSettings(first, {
    allowGitFetch: payload.allowGitFetch,
    timeoutSeconds,
    debugTraceDisabled: settings.debugTraceDisabled,
  });
  const builds = first.expand(settings.buildsDirectory);
  const layout = (shared: boolean): JobLayout => {
    const parts = {
      payload,
      builds,
      customBuildDirectory: settings.customBuildDirectory,
      shared,
      shortToken,
      slot: projectSlot,
      empty: build.strategy === 'empty',
    };
    const standard = listWith(jobDirectories({ ...parts, clonePath: '' }));
    const { refusal, ...directories } = jobDirectories({
      ...parts,
      clonePath: standard.valueOf('GIT_CLONE_PATH'),
    });
    return { directories, refusal, variables: listWith(directories) };
  };
  const { variables } = layout(false);
  return {
    request,
    payload,
    settings,
    flags,
    shortToken,
    uniqueName: gitlabUniqueName(shortToken, payload.project.id, projectSlot),
    timeoutSeconds,
    build,
    variables,
    expand: (text, scope) =>
      scope === 'payload' ? expandPayload(text, payload) : variables.expand(text),
    layout,
  };
}

/** Replaces references by what the server sent, unexpanded; a file variable gives its bare key. */
function expandPayload(text: string, { variables }: Payload): string {
  return expandReferences(text, (name) => {
    const variable = variables.findLast(({ key }) => key === name);
    return variable?.file === true ? name : variable?.value;
  });
}
