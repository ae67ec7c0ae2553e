import type { Permission } from '@millrace/core';

/** What the runner must be allowed to do for this plugin. */
export const permissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['create', 'get', 'delete'],
    reason: 'Registry credentials of jobs; looking for configured pull secrets.',
  },
];
