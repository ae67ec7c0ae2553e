import type { Stage } from '@millrace/core';
import type { GitlabJobOptions } from '../gitlab-job-options.ts';
import { downloadStages, uploadStages } from './artifacts.ts';
import { cleanupScript } from './cleanup.ts';
import { getSourcesScript } from './get-sources.ts';
import { prepareScript } from './prepare.ts';
import type { ScriptSource } from './stage-script.ts';
import { afterScript, stepScript } from './user-code.ts';

/** Where stages run. */
export interface StageContainers {
  readonly build: string;
  readonly helper: string;
}

/** Everything that a stage is besides its name and work, with the usual answers. */
const usual = {
  on: 'success',
  userCode: false,
  countsAsFailure: true,
  afterCancel: false,
} as const satisfies Partial<Stage>;

/** The stages of a job in GitLab Runner's order; those that have nothing to do are left out. */
export function jobStages(
  source: ScriptSource,
  options: GitlabJobOptions,
  containers: StageContainers,
): readonly Stage[] {
  const { context } = source;
  const transfersArtifacts = options.artifacts === 'transfer';
  return [
    {
      ...usual,
      name: 'prepare_script',
      title: 'Preparing environment',
      container: containers.helper,
      action: {
        do: 'script',
        script: prepareScript(source, options.hostName ?? context.request.runner.name),
      },
    },
    getSources(source, options, containers.helper),
    ...(transfersArtifacts ? downloadStages(source, containers.helper) : []),
    ...stepStages(source, containers.build),
    ...afterScriptStages(source, containers.build),
    ...(transfersArtifacts ? uploadStages(source, containers.helper) : []),
    {
      ...usual,
      name: 'cleanup_file_variables',
      title: 'Cleaning up project directory and file based variables',
      container: containers.helper,
      on: 'always',
      countsAsFailure: false,
      afterCancel: true,
      action: { do: 'script', script: cleanupScript(source) },
    },
  ];
}

function getSources(source: ScriptSource, { sources }: GitlabJobOptions, container: string): Stage {
  const stage = {
    ...usual,
    name: 'get_sources',
    title: 'Getting source from Git repository',
    container,
  };
  if (sources === 'git')
    return { ...stage, action: { do: 'script', script: getSourcesScript(source) } };
  const { project } = source.layout.directories;
  return { ...stage, action: { do: 'receive', transfer: 'sources', directory: project } };
}

function stepStages(source: ScriptSource, container: string): readonly Stage[] {
  const { payload, build } = source.context;
  return payload.steps
    .filter(({ name, script }) => name !== 'after_script' && script.length > 0)
    .map((step) => {
      const name = `step_${step.name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_')}`;
      return {
        ...usual,
        name,
        title: `Executing "${name}" stage of the job script`,
        container,
        userCode: true,
        ...(build.scriptTimeoutSeconds === undefined
          ? {}
          : { timeoutSeconds: build.scriptTimeoutSeconds }),
        action: { do: 'script', script: stepScript(source, step) },
      };
    });
}

/**
 * One variant for each way in which the job may have ended, because `CI_JOB_STATUS` tells the script. The failure's comes
 * first: the other's own failure is no reason for it.
 */
function afterScriptStages(source: ScriptSource, container: string): readonly Stage[] {
  const { payload, build } = source.context;
  const commands = payload.steps.find(({ name }) => name === 'after_script')?.script ?? [];
  if (commands.length === 0) return [];
  const variant = (name: string, on: 'success' | 'failure', status: string): Stage => ({
    ...usual,
    name,
    title: 'Running after_script',
    container,
    on,
    userCode: true,
    countsAsFailure: !build.afterScriptIgnoresErrors,
    afterCancel: on === 'failure',
    // GitLab Runner: what fails, or is canceled, before the script has none of it.
    needsUserCode: on === 'failure',
    timeoutSeconds: build.afterScriptTimeoutSeconds,
    action: {
      do: 'script',
      script: afterScript(source, commands, status),
      ...(on === 'failure'
        ? {
            scriptAfterCancel: afterScript(source, commands, 'canceled'),
            scriptAfterTimeout: afterScript(source, commands, 'timedout'),
          }
        : {}),
    },
  });
  return [
    variant('after_script_on_failure', 'failure', 'failed'),
    variant('after_script', 'success', 'success'),
  ];
}
