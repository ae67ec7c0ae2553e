import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { ProcessExit } from '../../contracts.ts';
import { startError } from '../runtime-error.ts';
import { exitOf } from './child-process.ts';
import { needTool, toolPath } from './host-tools.ts';
import type { ProcessHost } from './process-host.ts';
import type { ContainerPipes } from './running-container.ts';
import { latePrefix } from './setup-script.ts';

/** Variables that would act on the set-up's own shell and programs. */
const late = /^(?:LD_.*|PATH|ENV|BASH_ENV|PWD|OLDPWD|IFS|PS4|SHELLOPTS)$/u;

/** Whether a variable may be set only once the set-up is over. */
export const isLate = (name: string): boolean => late.test(name);

/** A container's outermost process while its root is being set up. */
export interface SetupProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessExit>;
  readonly complaints: () => string;
}

const mostComplaints = 8192;

/** Starts a set-up; see {@link setupScript} for its descriptors. */
export function spawnSetup(
  host: ProcessHost,
  script: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  pipes: ContainerPipes,
): SetupProcess {
  const tool = (name: 'setpriv' | 'sh' | 'unshare'): string => needTool(host.tools, name);
  const own = [
    tool('unshare'),
    ...(host.asRoot ? [] : ['-U', '-r']),
    '-m',
    '-p',
    '-i',
    '-u',
    '-f',
    '--kill-child',
    '--',
    tool('sh'),
    '-c',
    script,
    'sh',
    ...command,
  ];
  // unshare of util-linux 2.38 cannot map root's ids one to one, so the maps are written from here before it goes on.
  const mapped = [
    tool('unshare'),
    '-U',
    '--',
    tool('sh'),
    '-c',
    'echo map >&4; read _ <&5 || exit 1; exec 5<&-; exec "$@"',
    'sh',
    tool('setpriv'),
    '--pdeathsig',
    'KILL',
    '--',
    ...own,
  ];
  const renamed = Object.entries(environment).map(
    ([name, value]) => [isLate(name) ? latePrefix + name : name, value] as const,
  );
  const child = spawn(
    tool('setpriv'),
    ['--pdeathsig', 'KILL', '--', ...(host.asRoot ? mapped : own)],
    {
      env: { ...Object.fromEntries(renamed), PATH: toolPath },
      stdio: [
        pipes.input?.childEnd ?? 'ignore',
        pipes.output.childEnd,
        'pipe',
        pipes.errors.childEnd,
        'pipe',
        host.asRoot ? 'pipe' : 'ignore',
      ],
      detached: true,
    },
  );
  for (const pipe of [pipes.input, pipes.output, pipes.errors]) pipe?.closeChildEnd();
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-mostComplaints);
  });
  // Complaints come before the end is believed: one of them changes what the exit code means.
  const closed = new Promise((resolve) => child.stdio[2]?.once('close', resolve));
  const ended = exitOf(child).then(async (exit) => {
    await closed;
    // util-linux 2.38 cannot pass SIGKILL on: it says so and exits with 1.
    return exit.exitCode === 1 && text.includes('sigprocmask unblock failed')
      ? { exitCode: 137, signal: 9 }
      : exit;
  });
  ended.catch(() => undefined);
  return { child, ended, complaints: () => text };
}

/** Waits for the line that comes just before the container's command; writes the id maps when asked to. */
export async function ready(
  host: ProcessHost,
  { child, ended, complaints }: SetupProcess,
): Promise<void> {
  const says = child.stdio[4] as Readable;
  const go = (child.stdio as readonly unknown[])[5] as Writable | null;
  go?.on('error', () => undefined);
  let heard = '';
  const ok = new Promise<true>((resolve) => {
    says.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
      if (host.asRoot && heard === 'map\n') {
        writeIdentityMaps(child.pid ?? 0);
        go?.end('\n');
      }
      if (heard.endsWith('ok\n')) resolve(true);
    });
  });
  const first = await Promise.race([ok, ended.then((exit) => exit)]);
  if (first === true) return;
  const why = complaints().trim();
  throw startError(
    'CreateContainerError',
    `container set-up failed with code ${first.exitCode}: ${why === '' ? 'killed' : why}`,
  );
}

/** Every id outside is the same id inside. */
function writeIdentityMaps(pid: number): void {
  for (const map of ['uid_map', 'gid_map']) {
    const own = readFileSync(`/proc/self/${map}`, 'utf8');
    writeFileSync(`/proc/${pid}/${map}`, own.replaceAll(/^ *(\d+) +\d+ +(\d+)$/gmu, '$1 $1 $2'));
  }
}
