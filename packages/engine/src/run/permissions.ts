import type { Permission } from '@millrace/core';

/** What running jobs needs of the API, beside what plugins declare; in the namespaces of the jobs. */
export const executorPermissions: readonly Permission[] = [
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['create', 'get', 'delete'],
    reason: 'The pods of jobs.',
  },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['list', 'watch'],
    reason: 'Following pods; without it each pod is looked at every few seconds.',
    optional: true,
  },
  {
    apiGroups: [''],
    resources: ['pods/exec'],
    verbs: ['get', 'create'],
    reason:
      'The session into each pod: opened by a GET, and since Kubernetes 1.35 by leave to create too.',
  },
  {
    apiGroups: [''],
    resources: ['events'],
    verbs: ['list'],
    reason:
      'Warnings about a pod that failed, for the job log; after a restart, whether a pod that is not there ever was.',
    optional: true,
  },
  {
    apiGroups: [''],
    resources: ['pods/log'],
    verbs: ['get'],
    reason:
      'The log of container units; without it their results are known and their logs are not.',
    optional: true,
  },
];
