import type { ImageRequest, Job, Random, ServiceRequest } from '@millrace/core';
import { gitlabGeneratedName } from '@millrace/kube-objects';
import type { JobContext } from './job-context.ts';
import { jobAnnotations, jobLabels } from './metadata.ts';
import type { PayloadImage } from './payload/payload.ts';

/** The volume of the builds directory, as GitLab Runner names it. */
const workspaceVolume = 'repo';

/** The job in neutral words. */
export function neutralJob(context: JobContext, random: Random): Job {
  const { payload, settings, variables } = context;
  return {
    id: context.request.id,
    name: payload.jobName,
    podName: gitlabGeneratedName(context.uniqueName, random),
    timeoutSeconds: context.timeoutSeconds,
    services: payload.services.map(({ image, alias, variables: own }): ServiceRequest => ({
      image: imageRequest(image, variables.expand),
      aliases: splitAliases(variables.expand(alias)),
      variables: own.map((variable) => ({ ...variable, internal: false })),
      origin: 'job',
    })),
    labels: jobLabels(context),
    annotations: jobAnnotations(context),
    // GitLab Runner mounts the text as written and expands it only for the job's own directories (gitlab/125).
    workspace: { directory: settings.buildsDirectory, volumeName: workspaceVolume },
  };
}

/** The image with variables replaced in what may have them. */
export function imageRequest(image: PayloadImage, expand: (text: string) => string): ImageRequest {
  const { optionFault: _, ...request } = image;
  return {
    ...request,
    name: expand(image.name),
    ...(image.user === undefined ? {} : { user: expand(image.user) }),
  };
}

/** Aliases stand in one text, separated by blanks or commas. */
const splitAliases = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((alias) => alias !== '');
