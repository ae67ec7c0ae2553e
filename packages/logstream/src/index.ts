export { BOLD_CYAN, BOLD_GREEN, BOLD_RED, CLEAR, RESET, stripAnsi, YELLOW } from './ansi.ts';
export {
  gitlabLogLimit,
  gitlabSecretParameters,
  gitlabStreams,
  gitlabTokenPrefixes,
} from './job-log/gitlab-rules.ts';
export {
  createJobLog,
  type JobLog,
  type JobLogOptions,
  type JobLogState,
} from './job-log/job-log.ts';
export {
  createSecretMasker,
  MASKED,
  type SecretMasker,
  type SecretMaskerState,
} from './job-log/secret-masker.ts';
export type { LogTransform } from './job-log/log-transform.ts';
export type { LogPosition, LogStreamState } from './job-log/log-stream.ts';
export type { LogLimit } from './job-log/size-limit.ts';
export { createLineSplitter, type LinePiece, type LineSplitter } from './line-splitter.ts';
export {
  createLiteralFinder,
  type LiteralCursor,
  type LiteralFinder,
} from './literals/literal-finder.ts';
export { createOffsetTracker, type OffsetTracker } from './offset-tracker.ts';
export { renderSections, type RenderOptions, type SectionRenderer } from './render-sections.ts';
export {
  sectionEnd,
  sectionStart,
  type SectionMarker,
  type SectionOptions,
} from './section-marker.ts';
export { createSectionScanner, type LogEvent, type SectionScanner } from './section-scanner.ts';
