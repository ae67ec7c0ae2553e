export { BOLD_CYAN, BOLD_GREEN, BOLD_RED, CLEAR, RESET, stripAnsi, YELLOW } from './ansi.ts';
export { createLineSplitter, type LinePiece, type LineSplitter } from './line-splitter.ts';
export { createOffsetTracker, type OffsetTracker } from './offset-tracker.ts';
export { renderSections, type RenderOptions, type SectionRenderer } from './render-sections.ts';
export { createSecretMasker, MASKED, type SecretMasker } from './secret-masker.ts';
export {
  sectionEnd,
  sectionStart,
  type SectionMarker,
  type SectionOptions,
} from './section-marker.ts';
export { createSectionScanner, type LogEvent, type SectionScanner } from './section-scanner.ts';
