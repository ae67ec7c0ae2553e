import type { Precondition, Settings } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { IdentitySettings } from './settings.ts';

/**
 * The service account must be there before a pod is made, where the settings ask to look. In a namespace of the job's
 * own nothing is there beforehand, so there is nothing to look for.
 */
export function accountCheck(
  { value, source }: Settings<IdentitySettings>,
  namespace: string,
): readonly Precondition[] {
  const { serviceAccount, availability, namespacePerJob } = value;
  if (availability.retries === 0 || serviceAccount === '' || namespacePerJob) return [];
  return [
    {
      kind: 'precondition',
      type: resourceTypes.serviceaccounts,
      namespace,
      name: serviceAccount,
      attempts: availability.retries + 1,
      interval: availability.intervalSeconds * 1000,
      refusal: {
        kind: 'refuse',
        code: 'identity.account-missing',
        text: `the service account ${namespace}/${serviceAccount} is not there`,
        values: { name: serviceAccount, namespace },
        reason: 'api_not_found',
        source: source(['serviceAccount']),
      },
    },
  ];
}
