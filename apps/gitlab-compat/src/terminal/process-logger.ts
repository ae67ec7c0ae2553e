import type { LogFields, Logger } from '@millrace/core';
import { pino, type Logger as PinoLogger } from 'pino';

/** How the program's own log lines look: as the peer's, as plain text, or as JSON. */
export interface ProcessLoggerOptions {
  readonly format: 'runner' | 'text' | 'json';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly stream: NodeJS.WritableStream;
}

/** The process's log, whose form and level may change while it is used. */
export interface ProcessLogger extends Logger {
  readonly configure: (change: Partial<Pick<ProcessLoggerOptions, 'format' | 'level'>>) => void;
}

/** Names of fields whose values are never logged. */
const redacted = ['token', '*.token', 'authorization', '*.authorization', 'password', '*.password'];

/** The process's log, behind the port. */
export function openProcessLogger({ stream, ...first }: ProcessLoggerOptions): ProcessLogger {
  let current: Omit<ProcessLoggerOptions, 'stream'> = first;
  const destination = {
    write: (line: string): void =>
      void stream.write(current.format === 'json' ? line : textLine(line, current.format)),
  };
  const logger = wrap(
    pino(
      {
        level: 'debug',
        redact: redacted,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    ),
    (level) => levels.indexOf(level) >= levels.indexOf(current.level),
  );
  return {
    ...logger,
    configure: (change) => {
      current = { ...current, ...change };
    },
  };
}

type Level = ProcessLoggerOptions['level'];
const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];

function wrap(logger: PinoLogger, isWanted: (level: Level) => boolean): Logger {
  const log =
    (level: Level) =>
    (message: string, fields: LogFields = {}) => {
      if (isWanted(level)) logger[level](fields, message);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (bindings) => wrap(logger.child(bindings), isWanted),
  };
}

/** `WARNING: message   key=value`, as the peer prints; plain text adds the time. */
function textLine(line: string, format: 'runner' | 'text'): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const word = level === 'warn' ? 'WARNING: ' : level === 'error' ? 'ERROR: ' : '';
  const text = `${word}${String(msg)}`;
  const body = pairs.length === 0 ? text : `${text.padEnd(50)} ${pairs.join(' ')}`;
  return format === 'runner' ? `${body}\n` : `${String(time)} ${String(level)} ${body}\n`;
}
