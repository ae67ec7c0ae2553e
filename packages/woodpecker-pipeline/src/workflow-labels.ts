import type { PipelineContext } from './context.ts';

/** Labels of this kind are the server's own. */
const ownPrefix = 'woodpecker-ci.org';

/** A workflow's labels, or the default ones, and those with which the server marks what a pod belongs to. */
export function workflowLabels(
  written: Readonly<Record<string, string>>,
  { defaultLabels = {}, forge, repository, pipeline }: PipelineContext,
): Readonly<Record<string, string>> {
  const labels = Object.keys(written).length === 0 ? defaultLabels : written;
  const own: Readonly<Record<string, string>> = {
    'forge-id': forge.type,
    'repo-forge-id': repository.remoteId ?? '',
    'repo-id': String(repository.id),
    'repo-name': repository.name,
    'repo-full-name': `${repository.owner}/${repository.name}`,
    branch: repository.defaultBranch ?? '',
    'org-id': String(repository.orgId),
    'commit-branch': pipeline.commit?.branch ?? '',
    event: pipeline.event ?? '',
  };
  return {
    ...Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith(ownPrefix))),
    ...Object.fromEntries(
      Object.entries(own).map(([key, value]) => [`${ownPrefix}/${key}`, value]),
    ),
  };
}
