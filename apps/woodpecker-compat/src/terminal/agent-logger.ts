import { openSync, writeSync } from 'node:fs';
import { styleText } from 'node:util';
import { RunnerError, type LogFields, type Logger } from '@millrace/core';
import { logLevels, type LogLevel } from './log-levels.ts';

/** How the agent's own log looks, and where it goes. */
export interface AgentLoggerOptions {
  readonly level: LogLevel;
  /** `stdout`, `stderr` or a path. */
  readonly file: string;
  /** For people instead of programs; undefined: where it goes to a terminal. */
  readonly pretty: boolean | undefined;
  /** Without colours, of which only a log for people has any; undefined: where it does not go to a terminal. */
  readonly noColor: boolean | undefined;
  /** `NO_COLOR` is read from it: colours are off when it says anything. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

type LogName = 'debug' | 'info' | 'warn' | 'error';
type Style = Parameters<typeof styleText>[0];

/** What people see of a level, as of the agent. */
const shown: Readonly<Record<LogName, { readonly name: string; readonly style: Style }>> = {
  debug: { name: 'DBG', style: 'blue' },
  info: { name: 'INF', style: 'green' },
  warn: { name: 'WRN', style: 'yellow' },
  error: { name: 'ERR', style: 'red' },
};

/**
 * The agent's own log: a JSON object a line, or words for people. A file has no colours.
 * @throws RunnerError `MILLRACE_E_CONFIG` when the file cannot be opened
 */
export function openAgentLogger(options: AgentLoggerOptions): Logger {
  const { level, file, pretty, noColor, environment } = options;
  const least = logLevels.indexOf(level);
  const descriptor = isStandard(file) ? undefined : open(file);
  const stream = file === 'stdout' ? options.stdout : options.stderr;
  const isTerminal = 'isTTY' in stream && stream.isTTY === true;
  const isForPeople = pretty ?? (descriptor === undefined && isTerminal);
  const isColored =
    descriptor === undefined && !(noColor ?? !isTerminal) && (environment['NO_COLOR'] ?? '') === '';
  const paint = (style: Style, text: string): string =>
    isColored ? styleText(style, text, { validateStream: false }) : text;
  const forPeople = (name: LogName, time: string, message: string, fields: LogFields): string => {
    const level = paint(shown[name].style, shown[name].name);
    const words = Object.entries(fields).map(([key, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return ` ${paint('cyan', `${key}=`)}${key === 'error' ? paint('red', text) : text}`;
    });
    return `${paint('gray', time)} ${level} ${paint('bold', message)}${words.join('')}\n`;
  };
  const write = (line: string): void => {
    if (descriptor === undefined) stream.write(line);
    else writeSync(descriptor, line);
  };
  const logger = (bound: LogFields): Logger => {
    const log =
      (name: LogName) =>
      (message: string, fields: LogFields = {}): void => {
        if (logLevels.indexOf(name) < least) return;
        const time = `${new Date().toISOString().slice(0, 19)}Z`;
        const all = { ...bound, ...fields };
        write(
          isForPeople
            ? forPeople(name, time, message, all)
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

function open(file: string): number {
  try {
    return openSync(file, 'a', 0o660);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RunnerError(`WOODPECKER_LOG_FILE: could not open log file '${file}': ${message}`, {
      code: 'MILLRACE_E_CONFIG',
      kind: 'config',
      hint: 'name a file that this user may write, or stdout or stderr',
      cause,
    });
  }
}
