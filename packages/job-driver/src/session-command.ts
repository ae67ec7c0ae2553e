/** Where a session starts. */
export interface SessionStart {
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  /** Number of this session; higher than any before it, or it is refused. */
  readonly epoch: number;
  /** Byte of the log from which output is wanted. */
  readonly offset: number;
}

/**
 * A container counts as running before its driver has placed the session program, so the first session waits for it:
 * ten seconds at most, and without a second connection.
 */
const start = [
  'n=0',
  'until [ -e "$1" ] || [ $n = 100 ]; do n=$((n + 1)); sleep 0.1 2>/dev/null || sleep 1; done',
  'program=$1',
  'shift',
  '. "$program"',
  // One line: a session knows the one before it by the first line of its command line.
].join('; ');

/** The command to exec in the helper container; short, because an exec carries it in its URL. */
export function sessionCommand(session: SessionStart): readonly string[] {
  return [
    'sh',
    '-c',
    start,
    'millrace',
    `${session.scriptsDirectory}/.millrace/session.sh`,
    session.scriptsDirectory,
    session.logsDirectory,
    String(session.epoch),
    String(session.offset),
  ];
}
