import { latestSecond } from './server-context.ts';
import type { StepReport } from './step-machine.ts';

/** What is wrong with the shape of a step's report, whatever came before it: each event has one shape. Pure. */
export function breachesOfReport(report: StepReport): readonly string[] {
  const { started, finished, exited, exit_code: code, error, canceled, skipped } = report;
  const more = started !== 0 || finished !== 0 || exited || code !== 0 || error !== '' || canceled;
  const ended = exited && !canceled;
  const rules: readonly (readonly [boolean, string])[] = [
    [skipped && more, 'a skipped step has nothing else to tell'],
    [Math.max(started, finished) > latestSecond, 'a time is not in seconds'],
    [exited !== (finished !== 0), 'exited and finished do not agree'],
    [exited && started > finished, 'it ended before it started'],
    [canceled && error !== 'Canceled', `the error of a canceled step is "${error}"`],
    [!exited && code !== 0, 'an exit code before the exit'],
    [
      !exited && !canceled && !skipped && (started !== 0 || error !== ''),
      'neither a start nor an end',
    ],
    [ended && error === '' && started === 0, 'an exit without a start'],
    [ended && error !== '' && code > 1, 'a process that ended has no error besides its code'],
  ];
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence);
}
