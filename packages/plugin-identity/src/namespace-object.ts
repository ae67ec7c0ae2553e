import type { ObjectContribution, Settings } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { IdentitySettings } from './settings.ts';

/** The namespace of a job's own: made before everything else, deleted last; that of its owner is kept. Its id sorts before those of others. */
export function namespaceObject(
  { value, source }: Settings<IdentitySettings>,
  namespace: string,
): readonly ObjectContribution[] {
  if (!value.namespacePerJob && !value.namespacePerOwner) return [];
  return [
    {
      kind: 'object',
      id: '0-namespace',
      type: resourceTypes.namespaces,
      manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      scope: 'job',
      when: 'before',
      deleteAt: value.namespacePerJob ? 'job-end' : 'never',
      source: source([value.namespacePerJob ? 'namespacePerJob' : 'namespacePerOwner']),
    },
  ];
}
