import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock, deferred, systemRandom, type Deferred } from '@millrace/async';
import type { ExecSession, ExecStatus } from '@millrace/core';
import { connectDriver, type ConnectOptions } from './connect-driver.ts';
import { driverCommand, type DriverOptions } from './driver-command.ts';
import type { DriverSession, StageRequest } from './driver-session.ts';

/** A way to run the programs: the words that stand for `sh`. */
export interface LocalShell {
  readonly label: string;
  readonly argv: readonly string[];
}

/** The shells of this machine; `sh` is always there, and is dash on Debian. */
export const localShells: readonly LocalShell[] = [
  { label: 'sh', argv: ['sh'] },
  { label: 'bash', argv: ['bash'] },
  { label: 'bash --posix', argv: ['bash', '--posix'] },
  { label: 'busybox ash', argv: ['busybox', 'ash'] },
].filter(({ argv }) => isInstalled(argv[0] ?? ''));

function isInstalled(program: string): boolean {
  return existsSync(programPath(program));
}

/** Absolute, so that a container's PATH need not have it. */
function programPath(program: string): string {
  const places = ['/bin', '/usr/bin', '/usr/local/bin'].map((directory) =>
    join(directory, program),
  );
  return places.find((place) => existsSync(place)) ?? '';
}

/** Processes that stand for a pod's containers, sharing two directories. */
export interface LocalPod {
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  readonly directory: string;
  readonly log: () => Buffer;
  /** The PATH of `env` says what the image has. */
  readonly start: (
    role: string,
    options?: Partial<DriverOptions>,
    env?: NodeJS.ProcessEnv,
  ) => ChildProcess;
  readonly connect: (options?: Partial<ConnectOptions>) => Promise<DriverSession>;
  /** Cuts all connections, without a good-bye. */
  readonly cut: () => void;
  readonly openExec: ConnectOptions['openExec'];
  readonly stop: () => Promise<void>;
}

/** A pod without containers yet, in a directory of its own. */
export function createLocalPod(shell: LocalShell): LocalPod {
  const directory = mkdtempSync(join(tmpdir(), 'millrace driver-'));
  const scriptsDirectory = join(directory, 'scripts-1-2');
  const logsDirectory = join(directory, 'logs-1-2');
  const containers: ChildProcess[] = [];
  const sessions: DriverSession[] = [];
  const execs = new Set<ChildProcess>();

  const shellCommand = ([, ...rest]: readonly string[]): readonly string[] => [
    ...shell.argv,
    ...rest,
  ];
  const openExec: ConnectOptions['openExec'] = (command) => {
    const [program = 'sh', ...args] = shellCommand(command);
    // Node's pipes are sockets, and a bash that talks to a socket takes itself for a login and reads ~/.bashrc.
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: directory };
    const child = spawn(program, args, { stdio: 'pipe', detached: true, env });
    execs.add(child);
    child.once('close', () => execs.delete(child));
    return Promise.resolve(execSession(child));
  };
  const pod: LocalPod = {
    scriptsDirectory,
    logsDirectory,
    directory,
    log: () => readFileSync(join(logsDirectory, 'output.log')),
    start: (role, options, env) => {
      const [program = 'sh', ...args] = shellCommand(
        driverCommand({
          role,
          scriptsDirectory,
          logsDirectory,
          idleTimeoutSeconds: 300,
          ...options,
        }),
      );
      const child = spawn(programPath(program), args, {
        stdio: 'ignore',
        detached: true,
        ...(env === undefined ? {} : { env }),
      });
      containers.push(child);
      return child;
    },
    openExec,
    connect: async (options) => {
      const session = await connectDriver({
        openExec,
        clock: createSystemClock(),
        random: systemRandom(),
        scriptsDirectory,
        logsDirectory,
        signal: new AbortController().signal,
        giveUpAfterMs: 10_000,
        ...options,
      });
      sessions.push(session);
      return session;
    },
    cut: () => {
      for (const child of execs) cutOff(child);
    },
    stop: async () => {
      await Promise.all(sessions.map((session) => session.close()));
      for (const child of [...containers, ...execs]) killGroup(child);
      killStrays(directory);
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return pod;
}

/** A stage with the defaults of these tests. */
export function stage(
  script: string | Uint8Array,
  rest: Partial<StageRequest> = {},
): StageRequest & { readonly output: () => string } {
  const chunks: Uint8Array[] = [];
  return {
    name: 'step_script',
    attempt: 1,
    container: 'build',
    script,
    signal: new AbortController().signal,
    onOutput: (bytes) => void chunks.push(bytes),
    stopGraceMs: 1000,
    output: () => Buffer.concat(chunks).toString(),
    ...rest,
  };
}

function execSession(child: ChildProcess): ExecSession {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('no pipes');
  stdin.on('error', () => undefined);
  const status = new Promise<ExecStatus>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === null) reject(new Error(`exec lost: ${signal ?? ''}`));
      else resolve({ exitCode: code, message: '' });
    });
  });
  status.catch(() => undefined);
  const lost: Deferred<ExecStatus> = deferred();
  return {
    stdout,
    stderr,
    write: (data) =>
      new Promise((resolve, reject) => {
        stdin.write(data, (error) => (error ? reject(error) : resolve()));
      }),
    endInput: () => Promise.reject(new Error('not with protocol v4')),
    canEndInput: false,
    status: Promise.race([status, lost.promise]),
    close: () => {
      cutOff(child);
      lost.reject(new Error('exec lost'));
    },
  };
}

/** Like a lost connection: the pipes go, the process stays. */
function cutOff(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

/** What a stage left behind, known by the pod's directory in its command line. */
function killStrays(directory: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/u.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory))
        process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}
