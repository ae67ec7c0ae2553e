/** Where a session starts. */
export interface SessionStart {
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  /** Number of this session; higher than any before it, or it is refused. */
  readonly epoch: number;
  /** Byte of the log from which output is wanted. */
  readonly offset: number;
}

/** The command to exec in the helper container; short, because an exec carries it in its URL. */
export function sessionCommand(start: SessionStart): readonly string[] {
  return [
    'sh',
    `${start.scriptsDirectory}/.millrace/session.sh`,
    start.scriptsDirectory,
    start.logsDirectory,
    String(start.epoch),
    String(start.offset),
  ];
}
