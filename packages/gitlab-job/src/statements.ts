import { formatGoDuration } from '@millrace/config';
import type { Statement } from '@millrace/core';
import type { GitlabJobOptions } from './gitlab-job-options.ts';
import type { JobContext, JobLayout } from './job-context.ts';
import { suspensionStatements } from './suspension.ts';
import { jobRefusals, unsupportedParts } from './unsupported.ts';
import { describeFlags } from './variables/resolve-flags.ts';

/** What is said about a job before it runs; where each line stands is in the bindings' wording. */
export function jobStatements(
  context: JobContext,
  layout: JobLayout,
  options: GitlabJobOptions,
): readonly Statement[] {
  return [
    ...optionRefusals(context),
    ...header(context),
    ...suspensionStatements(context),
    ...strategy(context),
    ...jobRefusals(context, layout).map((text) =>
      refuse('job.not-runnable', text, 'configuration_error'),
    ),
    ...deadline(context),
    ...context.build.timeoutProblems.map((text) => warn('job.timeout-variable', text)),
    ...unsupportedParts(context, options).map((text) => warn('job.unsupported', text)),
  ];
}

/** GitLab Runner refuses options that this executor does not know before it does anything else (gitlab/147). */
function optionRefusals({ payload }: JobContext): readonly Statement[] {
  return [payload.image, ...payload.services.map(({ image }) => image)].flatMap(({ optionFault }) =>
    optionFault === undefined ? [] : [refuse('job.executor-options', optionFault, 'internal')],
  );
}

function header({ flags, payload, build }: JobContext): readonly Statement[] {
  const changed = describeFlags(flags);
  // GitLab Runner tells all problems in one warning, and those of flags twice (gitlab/237).
  const problems = [...build.problems, ...flags.problems, ...flags.problems];
  return [
    ...(changed === '' ? [] : [say('job.feature-flags', `  feature flags: ${changed}`)]),
    ...(payload.hasSecrets ? [say('job.resolving-secrets', 'Resolving secrets')] : []),
    ...(problems.length === 0 ? [] : [warn('job.settings', problems.join('\n'))]),
  ];
}

function strategy({ flags }: JobContext): readonly Statement[] {
  if (flags.isOn('FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY')) return [];
  return [say('job.attach-strategy', 'Using attach strategy to execute scripts...')];
}

function deadline({ flags, payload }: JobContext): readonly Statement[] {
  const flag = 'FF_USE_POD_ACTIVE_DEADLINE_SECONDS';
  if (!flags.isOn(flag)) return [];
  const timeout = formatGoDuration(payload.timeout * 1000);
  return [
    say(
      'job.pod-deadline',
      `Using ${flag}, the Pod activeDeadlineSeconds will be set to the job timeout: ${timeout}...`,
    ),
  ];
}

const say = (code: string, text: string): Statement => ({ kind: 'say', code, text });
const warn = (code: string, text: string): Statement => ({ kind: 'warn', code, text });
const refuse = (code: string, text: string, reason: string): Statement => ({
  kind: 'refuse',
  code,
  text,
  reason,
});
