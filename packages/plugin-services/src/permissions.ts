import type { Permission } from '@millrace/core';

/** What the runner must be allowed to do for this plugin. */
export const permissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['services'],
    verbs: ['create', 'get', 'delete'],
    reason: 'Ports that a job’s image or service declares; names of the pods of a job.',
    optional: true,
  },
];
