import { existsSync, readFileSync } from 'node:fs';
import type { Container } from './pod-types.ts';
import type { ContainerFiles } from './container-spec.ts';
import { parseLogEntry } from './log-entry.ts';

const mostBytes = 4096;
const mostLogBytes = 2048;
const mostLogLines = 80;

/** What the container left in its termination message file, or the end of its log where the pod asks for that. */
export function terminationMessage(
  container: Container,
  files: ContainerFiles,
  exitCode: number,
): string | undefined {
  const written = read(files.terminationMessage).subarray(0, mostBytes).toString('utf8');
  if (written !== '') return written;
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0)
    return undefined;
  const lines = read(files.log).toString('utf8').split('\n').slice(0, -1).slice(-mostLogLines);
  const text = lines.map((line) => {
    const entry = parseLogEntry(line);
    return entry === undefined ? '' : entry.text + (entry.partial ? '' : '\n');
  });
  const end = Buffer.from(text.join('')).subarray(-mostLogBytes).toString('utf8');
  return end === '' ? undefined : end;
}

const read = (path: string): Buffer => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0));
