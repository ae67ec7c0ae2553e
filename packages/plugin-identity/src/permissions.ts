import type { Permission } from '@millrace/core';

/** What the runner must be allowed to do for this plugin. */
export const permissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['namespaces'],
    verbs: ['create', 'delete'],
    reason: 'A namespace for each job, where the settings ask for it; in all namespaces.',
    optional: true,
  },
  {
    apiGroups: [''],
    resources: ['serviceaccounts'],
    verbs: ['get'],
    reason: 'Looking for the service account before a pod is made, where the settings ask for it.',
    optional: true,
  },
];
