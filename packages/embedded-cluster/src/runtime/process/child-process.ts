import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Socket } from 'node:net';
import type { ContainerProcess, ExecOptions, ProcessExit } from '../../contracts.ts';
import { needTool } from './host-tools.ts';
import { childrenOf, innerProcess } from './pid-namespace.ts';
import type { ProcessHost } from './process-host.ts';
import { closeWhenSilent, readChunks } from './read-stream.ts';
import { shellQuote } from './shell-quote.ts';

/** A command line of this machine, and its surroundings. */
export interface CommandLine {
  /** What brings the command into its container. */
  readonly enter: readonly string[];
  readonly command: readonly string[];
  /** Whether the container's root has this machine's `script`. */
  readonly scriptInside: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** The code and signal of a process that ended, as a container runtime reports them. */
function processExit(code: number | null, signal: NodeJS.Signals | null): ProcessExit {
  if (signal === null) return { exitCode: code ?? 0, signal: 0 };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number };
}

/** Resolves with the end of a child, rejects when it could not be started. */
export const exitOf = (child: ChildProcess): Promise<ProcessExit> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(processExit(code, signal)));
  });

/** Writes and waits until the pipe has room; what a process that has ended does not read is dropped. */
export const writeInput = (socket: Socket, data: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed || socket.writableEnded) resolve();
    else socket.write(data, () => resolve());
  });

/** Job control needs a terminal made inside the container; where that cannot be, one made outside has to do. */
function programOf(host: ProcessHost, line: CommandLine, tty: boolean): readonly string[] {
  if (!tty) return [...line.enter, ...line.command];
  if (line.scriptInside) return [...line.enter, ...underTerminal(host, line.command)];
  return underTerminal(host, [...line.enter, ...line.command]);
}

/**
 * Starts a command with real pipes, or below `script` for a terminal.
 * @param kill - ends the command itself, given the pid of what was spawned
 */
export async function startProcess(
  host: ProcessHost,
  line: CommandLine,
  options: ExecOptions,
  kill: (pid: number) => void,
): Promise<ContainerProcess> {
  const [program = '', ...rest] = programOf(host, line, options.tty);
  // A terminal whose input has ended hangs up: without a writer it gets a pipe that stays open.
  const input = options.stdin || options.tty ? await host.pipes.open('to-child') : undefined;
  const output = await host.pipes.open('from-child');
  const errors = await host.pipes.open('from-child');
  const child = spawn(program, rest, {
    env: { ...line.environment, ...(options.tty ? { TERM: 'xterm', ...terminalShell(host) } : {}) },
    stdio: [input?.childEnd ?? 'ignore', output.childEnd, errors.childEnd],
    detached: true,
    ...(line.directory === undefined ? {} : { cwd: line.directory }),
  });
  for (const pipe of [input, output, errors]) pipe?.closeChildEnd();
  const exit = exitOf(child).finally(() => {
    input?.ours.destroy();
    closeWhenSilent(output.ours, host.clock);
    closeWhenSilent(errors.ours, host.clock);
  });
  exit.catch(() => undefined);
  if (!options.stdout) output.ours.resume();
  if (!options.stderr || options.tty) errors.ours.resume();
  return {
    stdout: options.stdout ? readChunks(output.ours) : nothing(),
    stderr: options.stderr && !options.tty ? readChunks(errors.ours) : nothing(),
    write: (data) => (input === undefined ? Promise.resolve() : writeInput(input.ours, data)),
    endInput: () => void input?.ours.end(),
    resize: (columns, rows) => void resizeTerminal(host, () => childOf(child.pid), columns, rows),
    exit,
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        kill(child.pid);
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // a stream that nobody asked for
}

const terminalShell = (host: ProcessHost): Readonly<Record<string, string>> =>
  host.tools.sh === undefined ? {} : { SHELL: host.tools.sh };

/** `command` below `script`, which makes the terminal and passes the exit code on. */
export function underTerminal(host: ProcessHost, command: readonly string[]): readonly string[] {
  return [
    needTool(host.tools, 'script'),
    '-qefc',
    `exec ${command.map(shellQuote).join(' ')}`,
    '/dev/null',
  ];
}

const attempts = 40;

const childOf = (script: number | undefined): number | undefined =>
  script === undefined ? undefined : childrenOf(innerProcess(script) ?? script)[0];

/**
 * Gives a terminal another size.
 * @param findHolder - the process that has it, through which it is found; it takes a moment to appear
 */
export async function resizeTerminal(
  host: ProcessHost,
  findHolder: () => number | undefined,
  columns: number,
  rows: number,
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const holder = findHolder();
    if (holder !== undefined) {
      const stty = spawn(
        needTool(host.tools, 'stty'),
        ['-F', `/proc/${holder}/fd/0`, 'rows', String(rows), 'cols', String(columns)],
        { stdio: 'ignore' },
      );
      const done = await exitOf(stty).catch(() => undefined);
      if (done?.exitCode === 0) return;
    }
    await host.clock.sleep(25);
  }
}
