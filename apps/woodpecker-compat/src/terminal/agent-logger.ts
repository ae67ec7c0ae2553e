import { openSync, writeSync } from 'node:fs';
import type { LogFields, Logger } from '@millrace/core';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic', 'disabled'];

/** How the agent's own log looks, and where it goes. */
export interface AgentLoggerOptions {
  readonly level: string;
  /** `stdout`, `stderr` or a path. */
  readonly file: string;
  /** For people instead of programs; undefined: where it goes to a terminal. */
  readonly pretty: boolean | undefined;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * The agent's own log: a JSON object a line, or words for people.
 * @throws Error of the file system when the file cannot be opened
 */
export function openAgentLogger(options: AgentLoggerOptions): Logger {
  const { level, file, pretty } = options;
  const least = Math.max(0, levels.indexOf(level === '' ? 'info' : level));
  const stream = file === 'stdout' ? options.stdout : options.stderr;
  const isForPeople = pretty ?? ('isTTY' in stream && stream.isTTY === true);
  const descriptor = isStandard(file) ? undefined : openSync(file, 'a', 0o660);
  const write = (line: string): void => {
    if (descriptor === undefined) stream.write(line);
    else writeSync(descriptor, line);
  };
  const logger = (bound: LogFields): Logger => {
    const log =
      (name: string) =>
      (message: string, fields: LogFields = {}): void => {
        if (levels.indexOf(name) < least) return;
        const time = `${new Date().toISOString().slice(0, 19)}Z`;
        const all = { ...bound, ...fields };
        write(
          isForPeople
            ? `${time} ${name.toUpperCase().slice(0, 3)} ${message}${words(all)}\n`
            : `${JSON.stringify({ level: name, ...all, time, message })}\n`,
        );
      };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      child: (bindings) => logger({ ...bound, ...bindings }),
    };
  };
  return logger({});
}

const isStandard = (file: string): boolean => ['', 'stdout', 'stderr'].includes(file);

const words = (fields: LogFields): string =>
  Object.entries(fields)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
