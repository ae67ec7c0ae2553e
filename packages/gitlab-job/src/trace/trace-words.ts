import type { JobResult, PlannedLine, RunEvent } from '@millrace/core';
import { failureStory, finalLine } from './final-line.ts';
import { logLines } from './log-lines.ts';
import { headerText, plannedLine, stageRemark, waiting, type TraceIdentity } from './remarks.ts';
import { createSectionWriter } from './section-writer.ts';
import { firstSection, stageSection, type StageSection } from './stage-section.ts';

/** The runner's own part of a job log. */
export interface TraceWords {
  /** The text of an event, in turn; none for output. */
  readonly words: (event: RunEvent) => string;
  /** The last line. */
  readonly last: (result: JobResult) => string;
}

/** Codes of planned lines that stand before the first section, and how each is shown. */
const headerLines: ReadonlyMap<string, (text: string) => string> = new Map([
  ['job.feature-flags', logLines.plain],
  ['job.resolving-secrets', logLines.title],
  ['job.settings', logLines.warning],
]);

/** Planned lines that GitLab Runner says when it makes the pod, in the section of the first stage. */
const firstStageCodes: ReadonlySet<string> = new Set([
  'images.allow-list.build',
  'images.allow-list.service',
  'job.pod-deadline',
]);

/** That section, and how GitLab Runner's words for what goes wrong in it begin. */
const firstStage = {
  name: 'prepare_script',
  title: 'Preparing environment',
  fault: 'prepare environment: ',
} as const;

/** A refusal before anything else: its text is the whole log (gitlab/147). */
const refusedAtOnce = 'job.executor-options';

/**
 * Words a run as GitLab Runner does.
 * @param now - seconds since the epoch, for the sections
 */
export function createTraceWords(identity: TraceIdentity, now: () => number): TraceWords {
  const sections = createSectionWriter(now);
  const held: PlannedLine[] = [];
  const done = { header: false, preparation: false };
  let refused: string | undefined;

  const begin = (): string => {
    if (done.header) return '';
    done.header = true;
    return headerText(identity);
  };
  const prepare = (): string => {
    if (done.preparation) return '';
    done.preparation = true;
    const title = `Preparing the "${identity.executorName}" executor`;
    return begin() + sections.open('prepare_executor', title);
  };
  const open = ({ name, title }: StageSection): string => prepare() + sections.open(name, title);
  const sayHeld = (): string => held.splice(0).map(plannedLine).join('');
  const say = (line: PlannedLine): string => {
    const header = headerLines.get(line.code);
    if (header !== undefined) return begin() + header(line.text);
    // What comes behind such a line is said with it, so that the order stays.
    if (!firstStageCodes.has(line.code) && held.length === 0) return prepare() + plannedLine(line);
    held.push(line);
    return prepare();
  };
  const last = (result: JobResult): string =>
    refused === refusedAtOnce && result.outcome.kind === 'failure'
      ? `${result.outcome.message}\n`
      : finalLine(result, {
          refused: refused !== undefined,
          timeoutSeconds: identity.timeoutSeconds,
        });

  const words = (event: RunEvent): string => {
    switch (event.type) {
      case 'line':
        return say(event.line);
      case 'refused':
        refused = event.refusal.code;
        if (refused === refusedAtOnce) return '';
        return (
          (event.refusal.message.startsWith(firstStage.fault) ? open(firstStage) : prepare()) +
          sayHeld()
        );
      case 'unit-creating': {
        const section = firstSection(event.unit);
        return (section === undefined ? '' : open(section)) + sayHeld();
      }
      case 'unit-waiting':
        return waiting(event);
      case 'unit-recreating':
        return event.outcome.kind === 'failure' ? logLines.warning(event.outcome.message) : '';
      case 'stage-started':
        return open(stageSection(event.stage));
      case 'stage-finished':
        return sections.close() + stageRemark(event);
      case 'trouble':
        return logLines.error(event.message);
      case 'finished':
        if (refused === refusedAtOnce) return '';
        return begin() + sayHeld() + failureStory(event.result.outcome) + sections.close();
      case 'unit-ready':
      case 'unit-finished':
      case 'output':
        return '';
    }
  };
  return { words, last };
}
