import type { PlannedLine, RunEvent } from '@millrace/core';
import { logLines } from './log-lines.ts';
import { stageSection } from './stage-section.ts';

/** What the first lines name. */
export interface TraceIdentity {
  readonly runnerName: string;
  readonly version: string;
  readonly revision: string;
  readonly shortToken: string;
  readonly systemId: string;
  readonly executorName: string;
  /** The job's time limit, for the words about its end. */
  readonly timeoutSeconds?: number;
}

/** The first lines. */
export function headerText({
  version,
  revision,
  runnerName,
  shortToken,
  systemId,
}: TraceIdentity): string {
  return (
    logLines.plain(`Running with gitlab-runner ${version} (${revision})`) +
    logLines.plain(`  on ${runnerName} ${shortToken}, system ID: ${systemId}`)
  );
}

/** Lines that GitLab Runner highlights. */
const highlighted: ReadonlySet<string> = new Set(['images.default']);

/** What preparation says: a warning is one block, anything else line by line. */
export function plannedLine({ kind, code, text }: PlannedLine): string {
  if (kind === 'warn') return logLines.warning(text);
  if (highlighted.has(code)) return logLines.info(text);
  return text
    .split('\n')
    .map((line) =>
      line.startsWith(errorMark)
        ? logLines.error(line.slice(errorMark.length))
        : logLines.plain(line),
    )
    .join('');
}

const errorMark = 'ERROR: ';

/** GitLab Runner: not coloured, and a condition on a line of its own. */
export function waiting({
  namespace,
  podName,
  node,
  phase,
  note,
}: RunEvent & { readonly type: 'unit-waiting' }): string {
  const line = `Waiting for pod ${namespace}/${podName} to be running on the node ${node ?? '<unknown>'}, status is ${phase}\n`;
  return note === undefined ? line : `${line}\t${note}\n`;
}

/** What is said about a stage that did not go well, behind its section. */
export function stageRemark({
  stage,
  result: { outcome },
}: RunEvent & { readonly type: 'stage-finished' }): string {
  if (outcome.kind === 'canceled') return logLines.warning('script canceled externally (UI, API)');
  if (outcome.kind !== 'failure') return '';
  const { name } = stageSection(stage);
  if (outcome.reason === 'stage_timeout')
    return logLines.warning(
      `${name} could not run to completion because the timeout was exceeded. For more control over job and script timeouts see: https://docs.gitlab.com/ci/runners/configure_runners/#set-script-and-after_script-timeouts`,
    );
  return name === 'after_script' && !stage.countsAsFailure
    ? logLines.warning(`after_script failed, but job will continue unaffected: ${outcome.message}`)
    : '';
}
