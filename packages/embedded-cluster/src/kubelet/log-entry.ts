/** One line of a log file in the CRI format. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  /** The container's line, or a piece of it, without a newline. */
  readonly text: string;
  readonly partial: boolean;
}

/** Reads `<time> <stream> <tag> <text>`; undefined for anything else. */
export function parseLogEntry(line: string): LogEntry | undefined {
  const stream = line.indexOf(' ');
  const tag = line.indexOf(' ', stream + 1);
  const text = line.indexOf(' ', tag + 1);
  if (stream === -1 || tag === -1 || text === -1) return undefined;
  return {
    time: line.slice(0, stream),
    text: line.slice(text + 1),
    partial: line.slice(tag + 1, text) === 'P',
  };
}
