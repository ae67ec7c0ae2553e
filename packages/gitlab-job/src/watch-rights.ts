import type { ClusterFacts, Statement } from '@millrace/core';

const documentation = 'https://docs.gitlab.com/runner/executors/kubernetes/#informers';
/** In the order in which GitLab Runner asks; it tells the first that it lacks. */
const verbs = ['list', 'watch'];

/**
 * GitLab Runner says when it may not follow pods of the job's namespace and looks at them again and again instead
 * (gitlab/241). The reason in brackets is the server's; it is not among our facts, and RBAC has only this one.
 */
export function watchStatements(facts: ClusterFacts, namespace: string): readonly Statement[] {
  const lacking = verbs.find(
    (verb) => !facts.allows({ verb, group: '', resource: 'pods', namespace }),
  );
  if (lacking === undefined) return [];
  return [
    {
      kind: 'warn',
      code: 'job.no-watch',
      text: `won't use informers: "not allowed: ${lacking} on pods (reason: no RBAC policy matched)", see: ${documentation}`,
    },
  ];
}
