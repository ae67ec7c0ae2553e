import type { Statement } from '@millrace/core';
import type { JobContext } from './job-context.ts';

const legacyFlag = 'FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY';

/**
 * What is said to a job that wants its environment kept, or goes on in one that was kept (GitLab Runner after 19.3,
 * behind a flag). Neither is supported. The first can run; the second would miss the files it counts on. GitLab Runner
 * itself refuses both with the legacy strategy (gitlab/255).
 */
export function suspensionStatements({ flags, payload }: JobContext): readonly Statement[] {
  const { asked, resumes } = payload.suspension;
  if (!flags.isOn('FF_SUSPENDABLE_ENVIRONMENTS') || !(asked || resumes)) return [];
  if (flags.isOn(legacyFlag))
    return [
      {
        kind: 'refuse',
        code: 'job.suspension',
        text: `suspend/resume requires the attach execution strategy and cannot run with ${legacyFlag} enabled: the overlay build container relies on attach, and the suspend volumes are not added in the legacy code path. Disable that feature flag to use suspendable environments`,
        reason: 'internal',
      },
    ];
  if (resumes)
    return [
      {
        kind: 'refuse',
        code: 'job.suspension',
        text: 'resuming a suspended environment is not supported yet: start the job without it',
        reason: 'configuration_error',
      },
    ];
  return [
    {
      kind: 'warn',
      code: 'job.unsupported',
      text: 'suspended environments are not supported yet: nothing is kept after this job',
    },
  ];
}
