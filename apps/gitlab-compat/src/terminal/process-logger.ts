import type { LogFields, Logger } from '@millrace/core';
import { pino, type Logger as PinoLogger } from 'pino';

/** How the program's own log lines look: as the peer's, as plain text, or as JSON. */
export interface ProcessLoggerOptions {
  readonly format: 'runner' | 'text' | 'json';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly stream: NodeJS.WritableStream;
}

/** Names of fields whose values are never logged. */
const redacted = ['token', '*.token', 'authorization', '*.authorization', 'password', '*.password'];

/** The process's log, behind the port. */
export function openProcessLogger({ format, level, stream }: ProcessLoggerOptions): Logger {
  const destination = {
    write: (line: string): void =>
      void stream.write(format === 'json' ? line : textLine(line, format)),
  };
  return wrap(
    pino(
      {
        level,
        redact: redacted,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    ),
  );
}

function wrap(logger: PinoLogger): Logger {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}) =>
      logger[level](fields, message);
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (bindings) => wrap(logger.child(bindings)),
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
