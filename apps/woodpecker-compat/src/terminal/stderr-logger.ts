import type { LogFields, Logger } from '@millrace/core';

/** Warnings and errors as lines of text, for commands that end soon. */
export function stderrLogger(stream: NodeJS.WritableStream): Logger {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      const more = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
      stream.write(`${level}: ${message}${more.join('')}\n`);
    };
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: write('warning'),
    error: write('error'),
    child: () => logger,
  };
  return logger;
}
