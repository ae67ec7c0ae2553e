import type { SourcePosition } from '@millrace/core';
import { formatConfigPath, type ConfigPath } from './config-path.ts';

/** One thing wrong with a configuration or pipeline file. */
export interface ConfigProblem {
  readonly severity: 'error' | 'warning';
  /** What is wrong, without place and without the way out of it. */
  readonly message: string;
  /** The value at fault; empty for the whole file. */
  readonly path: ConfigPath;
  readonly position?: SourcePosition | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Answers where a value is written; `undefined` for what the file does not contain. */
export type PositionOf = (path: ConfigPath) => SourcePosition | undefined;

/** `file:line:column`, as editors and terminals make it a link. */
export const formatPosition = ({ file, line, column }: SourcePosition): string =>
  column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;

/** The problem without its severity and hint: `config.toml:3:1: runners[0].url: expected a string`. */
export function describeProblem({ position, path, message }: ConfigProblem): string {
  const place = position === undefined ? [] : [formatPosition(position)];
  const subject = path.length === 0 ? [] : [formatConfigPath(path)];
  return [...place, ...subject, message].join(': ');
}

/** One line for people: severity, place, path, message and hint. */
export const formatProblem = (problem: ConfigProblem): string =>
  `${problem.severity}: ${describeProblem(problem)}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
