import type { GitlabJobOptions } from './gitlab-job-options.ts';
import type { JobContext, JobLayout } from './job-context.ts';

/** Whether something is asked for, and what is said then. */
type Case = readonly [isAsked: boolean, text: string];

const asked = (cases: readonly Case[]): readonly string[] =>
  cases.flatMap(([isAsked, text]) => (isAsked ? [text] : []));

/** Why a job cannot run: in GitLab Runner's words where it refuses too. */
export function jobRefusals(
  { settings: { shell }, payload }: JobContext,
  { refusal }: JobLayout,
): readonly string[] {
  const { secretNames, inputs, nativeSteps } = payload;
  const isPowerShell = shell === 'pwsh' || shell === 'powershell';
  const isPosix = shell === 'bash' || shell === 'sh';
  return asked([
    [isPowerShell, `prepare build and shell: shell ${shell} is not supported yet`],
    [!isPowerShell && !isPosix, `prepare build and shell: shell ${shell} not found`],
    [refusal !== undefined, `prepare build and shell: ${refusal ?? ''}`],
    [
      secretNames.length > 0,
      `secrets from a vault are not supported yet: ${secretNames.join(', ')}`,
    ],
    [inputs.length > 0, `job inputs are not supported yet: ${inputs.join(', ')}`],
    [nativeSteps, 'native steps (`run:`) are not supported yet'],
  ]);
}

/** What a job asks for and does not get, and what it gets instead. */
export function unsupportedParts(
  { flags, payload, build }: JobContext,
  options: GitlabJobOptions,
): readonly string[] {
  const { artifacts, dependencies } = payload;
  const clones = options.sources === 'git';
  const transfers = options.artifacts === 'transfer';
  return asked([
    ...Object.entries(unsupportedFlags).map(([flag, instead]): Case => [
      flags.isOn(flag),
      `${flag} is not supported yet: ${instead}`,
    ]),
    [payload.caches > 0, 'cache is not supported yet: nothing is restored or saved'],
    [
      !transfers && artifacts.some(({ paths, untracked }) => paths.length > 0 || untracked),
      'artifacts are not supported yet: nothing is uploaded',
    ],
    [
      !transfers && dependencies.some(({ hasArtifacts }) => hasArtifacts),
      'artifacts of other jobs are not supported yet: nothing is downloaded',
    ],
    [
      transfers && artifacts.some(({ untracked }) => untracked),
      'artifacts:untracked is not supported here: list the files under paths',
    ],
    [
      clones && build.submodules !== 'none',
      'GIT_SUBMODULE_STRATEGY is not supported yet: submodules stay empty',
    ],
    [
      clones && build.getSourcesAttempts > 1,
      'GET_SOURCES_ATTEMPTS is not supported yet: sources are fetched once',
    ],
    [
      !clones && payload.hooks.size > 0,
      'hooks are not run: the sources of this run do not come from git',
    ],
  ]);
}

/** Flags that change what a job may notice, and what happens instead. */
const unsupportedFlags: Readonly<Record<string, string>> = {
  FF_KUBERNETES_HONOR_ENTRYPOINT: "the image's entrypoint does not run",
  FF_USE_DUMB_INIT_WITH_KUBERNETES_EXECUTOR: 'no dumb-init is started',
  FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR:
    'sources get their owner, but the helper goes on to use umask 0000',
  FF_PRINT_POD_EVENTS: "the pod's events are told when it fails",
  FF_SCRIPT_TO_STEP_MIGRATION: 'scripts run in the shell',
  FF_CONCRETE: 'scripts run in the shell',
  FF_USE_GIT_NATIVE_CLONE: 'sources are fetched',
};
