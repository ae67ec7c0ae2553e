import { formatGoDuration } from '@millrace/config';
import type { MetadataEntry } from '@millrace/core';
import { gitlabLabelValue } from '@millrace/kube-objects';
import type { JobContext } from './job-context.ts';

/** Labels that GitLab Runner gives every pod by itself. Cleaned values may be equal to other jobs' of the same slot. */
export function jobLabels({
  uniqueName,
  shortToken,
  payload,
  variables,
  request,
}: JobContext): readonly MetadataEntry[] {
  const { project } = payload;
  const variable = (key: string): string => variables.valueOf(key);
  const values: Readonly<Record<string, string>> = {
    pod: uniqueName,
    'job.runner.gitlab.com/pod': uniqueName,
    'project.runner.gitlab.com/id': String(project.id),
    'project.runner.gitlab.com/name': project.name,
    'project.runner.gitlab.com/namespace-id': variable('CI_PROJECT_NAMESPACE_ID'),
    'project.runner.gitlab.com/namespace': variable('CI_PROJECT_NAMESPACE'),
    'project.runner.gitlab.com/root-namespace': variable('CI_PROJECT_ROOT_NAMESPACE'),
    'project.runner.gitlab.com/root-namespace-id': String(project.rootNamespaceId),
    'manager.runner.gitlab.com/name': request.runner.name,
    'manager.runner.gitlab.com/id-short': shortToken,
  };
  return Object.entries(values).map(([key, value]) => ({ key, value: gitlabLabelValue(value) }));
}

/** Annotations that GitLab Runner gives every pod by itself. */
export function jobAnnotations({ payload, timeoutSeconds }: JobContext): readonly MetadataEntry[] {
  const { id, git, jobName, project } = payload;
  const values: Readonly<Record<string, string>> = {
    'job.runner.gitlab.com/id': String(id),
    'job.runner.gitlab.com/url': `${webAddress(git.repoUrl)}/-/jobs/${id}`,
    'job.runner.gitlab.com/sha': git.sha,
    'job.runner.gitlab.com/before_sha': git.beforeSha,
    'job.runner.gitlab.com/ref': git.ref,
    'job.runner.gitlab.com/name': jobName,
    'job.runner.gitlab.com/timeout': formatGoDuration(timeoutSeconds * 1000),
    'project.runner.gitlab.com/id': String(project.id),
  };
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

/** The project's page, from the address of its repository: without credentials and `.git`. */
function webAddress(repoUrl: string): string {
  if (!URL.canParse(repoUrl)) return '';
  const { protocol, host, pathname } = new URL(repoUrl);
  return `${protocol}//${host}${pathname.replace(/\.git$/, '')}`;
}
