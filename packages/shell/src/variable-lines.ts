import type { Quoting } from './quote.ts';
import { quoteWord } from './quote.ts';
import type { Word } from './word.ts';
import { pathText, wordText } from './word.ts';

/** Exports a variable; a name that is no shell name fails when the script runs, as with GitLab Runner. */
export function exportLine(name: string, value: Word, quoting: Quoting): string {
  return `export ${quoteWord(name, quoting)}=${wordText(value, quoting)}`;
}

/** Writes a value to a file of the variable's name and exports the file's path. */
export function fileVariableLines(
  directory: string,
  name: string,
  value: string,
  quoting: Quoting,
): readonly string[] {
  const file = `${directory}/${name}`;
  return [
    `mkdir -p ${pathText(directory, quoting)}`,
    `printf '%s' ${quoteWord(value, quoting)} > ${pathText(file, quoting)}`,
    exportLine(name, file, quoting),
  ];
}

/**
 * Exports what earlier stages wrote to the file. Blanks around a line are dropped by `read`; empty lines are skipped,
 * and a last line counts without its newline.
 */
export function envFileLines(path: string, quoting: Quoting): readonly string[] {
  const file = pathText(path, quoting);
  const slash = path.lastIndexOf('/');
  return [
    exportLine('GITLAB_ENV', path, quoting),
    ...(slash > 0 ? [`mkdir -p ${pathText(path.slice(0, slash), quoting)}`] : []),
    `touch ${file}`,
    'while read -r _runner_env_line || [ -n "$_runner_env_line" ]; do',
    '  if [ -n "$_runner_env_line" ]; then export "$_runner_env_line"; fi',
    `done < ${file}`,
    'unset _runner_env_line',
  ];
}
