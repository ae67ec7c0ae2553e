import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ContainerSpec, RunningContainer } from '../../contracts.ts';
import { startError } from '../runtime-error.ts';
import { exitOf, resizeTerminal, startProcess, underTerminal } from './child-process.ts';
import { containerEnvironment } from './container-environment.ts';
import { needExecutable } from './find-executable.ts';
import type { LinkedMounts } from './linked-mounts.ts';
import { childrenOf, sendSignal } from './pid-namespace.ts';
import type { ProcessHost } from './process-host.ts';
import { killMarked, markVariable } from './process-marks.ts';
import {
  closeContainerPipes,
  openContainerPipes,
  superviseContainer,
} from './running-container.ts';

/**
 * Runs a container as processes of this machine in a group of their own, where namespaces are refused. They share the
 * machine's file system; volumes appear as links below the runtime's mount prefix.
 * @throws RunnerError with the waiting reason when it cannot be started
 */
export async function startPlain(
  host: ProcessHost,
  volumes: LinkedMounts,
  spec: ContainerSpec,
  signal: AbortSignal,
  remove: (folder: string) => void,
): Promise<RunningContainer> {
  if (spec.image.root !== undefined)
    throw startError(
      'CreateContainerConfigError',
      `image ${spec.image.name} has a root file system of its own, which needs namespaces; this machine refuses them`,
    );
  const id = randomUUID().replaceAll('-', '');
  const mark = host.marks + id;
  const home = join(host.folder, 'containers', id.slice(0, 12));
  const environment: Readonly<Record<string, string>> = {
    ...containerEnvironment(spec, home),
    [markVariable]: mark,
  };
  needExecutable(
    { source: (path) => path, readLink: () => undefined },
    spec.command[0] ?? '',
    environment['PATH'] ?? '',
    spec.workingDirectory,
  );
  volumes.link(spec.mounts);
  mkdirSync(home, { recursive: true });
  try {
    const directory = workingDirectory(spec);
    const become = becomeUser(host, spec);
    const pipes = await openContainerPipes(host, spec);
    const command =
      spec.tty && host.tools.script !== undefined
        ? underTerminal(host, spec.command)
        : spec.command;
    const [program = '', ...rest] = [...withParent(host), ...become, ...command];
    const child = spawn(program, rest, {
      env: environment,
      cwd: directory,
      stdio: [pipes.input?.childEnd ?? 'ignore', pipes.output.childEnd, pipes.errors.childEnd],
      detached: true,
    });
    const ended = exitOf(child).then((exit) => {
      killMarked(mark);
      return exit;
    });
    ended.catch(() => undefined);
    for (const pipe of [pipes.input, pipes.output, pipes.errors]) pipe?.closeChildEnd();
    try {
      await once(child, 'spawn', { signal });
    } catch (error) {
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
      closeContainerPipes(pipes);
      throw error;
    }
    const pid = child.pid ?? 0;
    return superviseContainer(host, spec, pipes, {
      id,
      child,
      ended,
      signal: (name) => {
        if (child.exitCode === null && child.signalCode === null)
          sendSignal(name === 'SIGKILL' ? -pid : pid, name);
      },
      exec: (argv, options) =>
        startProcess(
          host,
          {
            enter: [...withParent(host), ...become],
            command: argv,
            scriptInside: true,
            environment,
            directory,
          },
          options,
          (group) => sendSignal(-group, 'SIGKILL'),
        ),
      resize: (columns, rows) => void resizeTerminal(host, () => childrenOf(pid)[0], columns, rows),
      cleanUp: () => {
        volumes.unlink(spec.mounts);
        remove(home);
      },
    });
  } catch (error) {
    volumes.unlink(spec.mounts);
    remove(home);
    throw error;
  }
}

/** `setpriv` in front, where there is one, ends the container with this process. */
const withParent = (host: ProcessHost): readonly string[] =>
  host.tools.setpriv === undefined ? [] : [host.tools.setpriv, '--pdeathsig', 'KILL', '--'];

/** Only root can be someone else; an ordinary user's containers all run under its own id. */
function becomeUser(host: ProcessHost, spec: ContainerSpec): readonly string[] {
  if (
    !host.asRoot ||
    host.tools.setpriv === undefined ||
    spec.user === undefined ||
    spec.user === 0
  )
    return [];
  const groups =
    spec.supplementalGroups.length === 0
      ? ['--clear-groups']
      : ['--groups', spec.supplementalGroups.join(',')];
  return [
    host.tools.setpriv,
    '--reuid',
    String(spec.user),
    '--regid',
    String(spec.group ?? 0),
    ...groups,
    '--',
  ];
}

function workingDirectory(spec: ContainerSpec): string {
  const there = statSync(spec.workingDirectory, { throwIfNoEntry: false });
  if (there === undefined) mkdirSync(spec.workingDirectory, { recursive: true });
  return spec.workingDirectory;
}
