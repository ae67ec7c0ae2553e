import { spawn } from 'node:child_process';

/** How a process ended. */
export interface KubectlEnd {
  /** -1 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that goes on: a watch, a followed log, a tunnel. */
export interface KubectlProcess {
  readonly ended: Promise<KubectlEnd>;
  /** Resolves when standard output matches; rejects with everything that was said when it ends without. */
  readonly shows: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Standard output so far. */
  readonly shown: () => string;
  readonly write: (text: string) => void;
  readonly endInput: () => void;
  /** Ends it as Ctrl-C does, and waits. */
  readonly interrupt: () => Promise<KubectlEnd>;
}

/** How a process is started. */
export interface KubectlStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Starts a process with pipes for its three streams. */
export function startKubectl({ file, args, env, cwd }: KubectlStart): KubectlProcess {
  const child = spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  const checks = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
      for (const check of checks) check();
    });
  }
  // A process that ends before it has read its input closes the pipe; its exit code says what there is to say.
  child.stdin.on('error', () => {});
  const ended = new Promise<KubectlEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, ...said }));
  });
  const shows = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const found = new Promise<RegExpExecArray>((resolve) => {
      const check = (): void => {
        const match = pattern.exec(said.stdout);
        if (match === null) return;
        checks.delete(check);
        resolve(match);
      };
      checks.add(check);
      check();
    });
    return Promise.race([
      found,
      ended.then((end) => {
        const match = pattern.exec(end.stdout);
        if (match !== null) return match;
        throw new Error(
          `${file} ${args.join(' ')} ended with ${end.exitCode} without showing ${String(pattern)}\n${end.stdout}${end.stderr}`,
        );
      }),
    ]);
  };
  return {
    ended,
    shows,
    shown: () => said.stdout,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}
