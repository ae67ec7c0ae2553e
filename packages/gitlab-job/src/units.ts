import type { ContainerRequest, Job, Unit } from '@millrace/core';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import { imageRequest } from './job.ts';
import type { JobContext, JobLayout } from './job-context.ts';
import { ownerContainers } from './ownership.ts';
import { stageVolumes } from './stage-volumes.ts';
import { jobStages } from './stages/job-stages.ts';

/** Names of the containers that run stages, as GitLab Runner's users know them. */
const containerNames = { build: 'build', helper: 'helper' } as const;

/** The id of a job's own unit. */
export const jobUnitId = 'job';

/** A pod that was lost before the user's code began is made again so many times at most. */
const recreations = 10;

/** The one pod of a GitLab job. */
export function jobUnit(
  job: Job,
  context: JobContext,
  layout: JobLayout,
  options: GitlabJobOptions,
): Unit {
  const { settings } = context;
  const { scripts, logs } = stageVolumes(context);
  return {
    id: jobUnitId,
    title: job.name,
    after: [],
    on: 'success',
    background: false,
    countsAsFailure: true,
    recreate: { when: 'until-user-code', limit: recreations },
    startTimeoutSeconds: settings.startTimeout,
    podName: job.podName,
    containers: containers(context),
    work: {
      kind: 'session',
      sessionContainer: containerNames.helper,
      scriptsDirectory: scripts.directory,
      logsDirectory: logs.directory,
      shell: settings.shell,
      stages: jobStages({ context, layout }, options, containerNames),
    },
  };
}

function containers(context: JobContext): readonly ContainerRequest[] {
  const { payload, variables } = context;
  // The driver is the command of both; GitLab Runner ignores the entrypoint of the job's image too.
  const {
    entrypoint: _entrypoint,
    command: _command,
    ...image
  } = imageRequest(payload.image, variables.expand);
  const usual = { init: false, driven: true, variables: [] };
  return [
    ...ownerContainers(context),
    {
      ...usual,
      name: containerNames.build,
      role: 'build',
      rank: 0,
      ...(image.name === '' ? {} : { image }),
    },
    { ...usual, name: containerNames.helper, role: 'helper', rank: 1 },
  ];
}
