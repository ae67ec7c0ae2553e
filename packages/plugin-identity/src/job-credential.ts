import type { JobCredential, Settings } from '@millrace/core';
import type { IdentitySettings } from './settings.ts';

/** The token with which a job acts on the cluster, when it is the job's own and not the runner's. */
export function jobCredential({
  value: { connection },
  source,
}: Settings<IdentitySettings>): JobCredential | undefined {
  const isOfJob = source(['connection', 'token']).variable !== undefined;
  return isOfJob && connection.token !== '' ? { token: connection.token } : undefined;
}
