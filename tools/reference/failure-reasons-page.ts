import { gitlabFailure } from '@millrace/gitlab-job';
import { code, page, table } from './markdown.ts';
import { reasonSentences } from './missing-sentences.ts';
import { declaration, members, readSource, type Member } from './source-comments.ts';

const source = 'packages/core/src/errors.ts';

/** Reasons in the order of the source. */
export function reasonMembers(): readonly Member[] {
  return members(
    declaration(readSource(source), 'type FailureReason =', '  | (string & {});'),
    /\| '(\w+)'/,
  );
}

/** An answer of a registry of each kind that is told apart. */
const pullAnswers = [
  'connection refused',
  'no such host',
  'i/o timeout',
  'manifest unknown',
  'pull access denied',
  'unauthorized',
  'anything else',
] as const;

/** `docs/reference/failure-reasons.md` */
export function failureReasonsPage(): string {
  const rows = reasonMembers().map(({ name, doc }) => {
    const { reason, system } = gitlabFailure(name);
    return [
      code(name),
      doc ?? reasonSentences[name] ?? '',
      code(reason),
      system ? 'system failure' : '',
    ];
  });
  return page(
    'Failure reasons',
    `Why a job or an operation failed, from [the contracts](../../${source}): the member \`reason\` of an error and of an
outcome. Plugins may add reasons of their own. GitLab is told its own word for each
([the table](../../packages/gitlab-job/src/failure-reasons.ts)); a reason without one is a \`runner_system_failure\`.`,
    table(['Reason', 'Meaning', "GitLab's `failure_reason`", 'Job log'], rows),
    '## Failed pulls',
    "GitLab Runner tells failed pulls apart by the registry's answer, and so do we:",
    table(
      ['The answer says', "GitLab's `failure_reason`"],
      pullAnswers.map((answer) => [
        answer,
        code(gitlabFailure('image_pull_failed', answer).reason),
      ]),
    ),
  );
}
