import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running program. */
export interface Running {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly finished: Promise<Finished>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Closes the reading end of its standard output, as `| head` does. */
  readonly stopReading: () => void;
  /** Resolves when standard output or error contains the text. */
  readonly says: (text: string) => Promise<void>;
  /** Calls back with each piece of standard output to come. */
  readonly onOutput: (listener: (piece: string) => void) => void;
}

/** Starts a program of ours from source as a process of its own. */
export function startProgram(
  main: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, ['--conditions=@millrace/source', main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<{ readonly text: string; readonly resolve: () => void }>();
  const check = (): void => {
    for (const waiter of waiting) {
      if (!text.stdout.includes(waiter.text) && !text.stderr.includes(waiter.text)) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      check();
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, ...text }));
  });
  return {
    pid: child.pid,
    onOutput: (listener) => void child.stdout.on('data', listener),
    finished,
    kill: (signal) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    says: (wanted) =>
      Promise.race([
        new Promise<void>((resolve) => {
          waiting.add({ text: wanted, resolve });
          check();
        }),
        finished.then((end) => {
          if (!end.stdout.includes(wanted) && !end.stderr.includes(wanted))
            throw new Error(`ended without saying ${wanted}: ${end.stdout}${end.stderr}`);
        }),
      ]),
  };
}
