import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec, RunningContainer } from '../../contracts.ts';
import { resizeTerminal, startProcess, underTerminal } from './child-process.ts';
import { containerEnvironment } from './container-environment.ts';
import { needExecutable } from './find-executable.ts';
import { findUser } from './find-user.ts';
import { generatedFiles, hostsWriter } from './generated-files.ts';
import { identityCommands, type Identity } from './identity.ts';
import { childrenOf, innerProcess, sendSignal } from './pid-namespace.ts';
import { placeMounts } from './place-mounts.ts';
import type { ProcessHost } from './process-host.ts';
import { resolvePath } from './resolve-path.ts';
import {
  closeContainerPipes,
  openContainerPipes,
  superviseContainer,
  type ContainerPipes,
} from './running-container.ts';
import { setupScript } from './setup-script.ts';
import { isLate, ready, spawnSetup } from './spawn-setup.ts';

/** A user of the pod wins over the image's. */
function identityOf(spec: ContainerSpec): Identity & { readonly home: string } {
  const { supplementalGroups } = spec;
  const root = spec.image.root ?? '/';
  const wanted = spec.user === undefined ? spec.image.user : `${spec.user}`;
  if (wanted === '')
    return { user: undefined, group: undefined, supplementalGroups, home: '/root' };
  const found = findUser(root, wanted);
  return {
    user: found.user,
    group: spec.group ?? found.group,
    supplementalGroups,
    home: found.home ?? '/',
  };
}

/**
 * Runs a container in namespaces of its own; only the network is the machine's.
 * @throws RunnerError with the waiting reason when it cannot be started
 */
export async function startNamespaced(
  host: ProcessHost,
  spec: ContainerSpec,
  signal: AbortSignal,
  remove: (folder: string) => void,
): Promise<RunningContainer> {
  const { image } = spec;
  const id = randomUUID().replaceAll('-', '');
  const folder = join(host.folder, 'containers', id.slice(0, 12));
  for (const name of ['root', 'upper']) mkdirSync(join(folder, name), { recursive: true });
  let pipes: ContainerPipes | undefined;
  try {
    const identity = identityOf(spec);
    const environment = containerEnvironment(spec, identity.home);
    const { mounts, view } = placeMounts(image.root, host.layout, [
      ...spec.mounts,
      ...generatedFiles(spec, folder),
    ]);
    const directory = resolvePath(spec.workingDirectory, view.readLink);
    needExecutable(view, spec.command[0] ?? '', environment['PATH'] ?? '', directory);
    const commands = identityCommands(host.tools, host.asRoot, identity, folder);
    const script = setupScript({
      folder,
      mounts,
      image: image.root,
      layout: host.layout,
      upper: host.upper,
      premake: !host.asRoot && image.root === undefined,
      hostname: spec.hostname,
      workingDirectory: directory,
      lateVariables: Object.keys(environment).filter((name) => isLate(name)),
      launch: commands.launch(directory),
      beforeMove: commands.beforeMove,
    });
    pipes = await openContainerPipes(host, spec);
    signal.throwIfAborted();
    const outer = spawnSetup(host, script, containerCommand(host, spec), environment, pipes);
    const { child, ended } = outer;
    const abort = (): void => killGroup(child);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await ready(host, outer);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    signal.throwIfAborted();
    const outerPid = child.pid ?? 0;
    const init = childrenOf(outerPid)[0] ?? 0;
    const kill = (pid: number): void => sendSignal(innerProcess(pid) ?? -pid, 'SIGKILL');
    return superviseContainer(host, spec, pipes, {
      id,
      child,
      ended,
      signal: (name) => {
        if (init !== 0 && child.exitCode === null && child.signalCode === null)
          sendSignal(init, name);
      },
      exec: (command, options) =>
        startProcess(
          host,
          {
            enter: commands.enter(outerPid, init, directory),
            command,
            scriptInside: hasScript(host, spec),
            environment,
          },
          options,
          kill,
        ),
      resize: (columns, rows) =>
        void resizeTerminal(host, () => childrenOf(init)[0], columns, rows),
      changeHosts: hostsWriter(spec, folder),
      cleanUp: () => remove(folder),
    });
  } catch (error) {
    if (pipes !== undefined) closeContainerPipes(pipes);
    remove(folder);
    throw error;
  }
}

const hasScript = (host: ProcessHost, spec: ContainerSpec): boolean =>
  host.tools.script !== undefined && existsSync(join(spec.image.root ?? '/', host.tools.script));

/** Without `script` in its root, a container has pipes instead of a terminal of its own. */
const containerCommand = (host: ProcessHost, spec: ContainerSpec): readonly string[] =>
  spec.tty && hasScript(host, spec) ? underTerminal(host, spec.command) : spec.command;

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    sendSignal(-child.pid, 'SIGKILL');
}
