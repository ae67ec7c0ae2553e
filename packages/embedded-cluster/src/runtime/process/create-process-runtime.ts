import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock, Logger } from '@millrace/core';
import type { ContainerRuntime, ContainerSpec, RunningContainer } from '../../contracts.ts';
import { removeTree } from '../remove-tree.ts';
import { startError } from '../runtime-error.ts';
import { readHostLayout } from './host-layout.ts';
import { findHostTools, toolPath } from './host-tools.ts';
import { createImageStore } from './image-store.ts';
import { createLinkedMounts } from './linked-mounts.ts';
import { startNamespaced } from './namespaced-container.ts';
import { watchOrphans } from './orphan-watch.ts';
import { createPipePool } from './pipe-pool.ts';
import { startPlain } from './plain-container.ts';
import { probeNamespaces, type NamespaceSupport } from './probe-namespaces.ts';
import type { ProcessHost } from './process-host.ts';

/** What the process runtime works with. */
export interface ProcessRuntimeOptions {
  /** Private folder for containers and, without namespaces, for their volumes' paths. Made when missing. */
  readonly dataDirectory: string;
  /** Folder of unpacked images, see KUBELET.md. */
  readonly imagesDirectory?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `off` runs containers as plain processes even where namespaces are allowed. */
  readonly namespaces?: 'auto' | 'off';
}

const shared = 'containers share the network of this machine: two that listen on one port clash';

function limitsOf(support: NamespaceSupport, asRoot: boolean): readonly string[] {
  if (!support.available) {
    return [
      `containers are plain processes, because namespaces are not available (${support.reason}): job directories lie in a private folder, read-only volumes are not enforced, images with a root of their own cannot run, and services are reached at 127.0.0.1 instead of by their aliases`,
      shared,
    ];
  }
  if (asRoot) return [shared];
  return [
    shared,
    'containers run under one user id: fsGroup, supplementalGroups and chown have no effect; files keep your id',
  ];
}

function copyEtc(copy: string): string {
  mkdirSync(copy);
  // What cannot be read cannot be copied: no reason to do without the rest.
  spawnSync('cp', ['-a', '/etc/.', copy], { stdio: 'ignore', env: { PATH: toolPath } });
  return copy;
}

/** Runs containers as real processes; probes once what this machine allows. */
export async function createProcessRuntime(
  options: ProcessRuntimeOptions,
): Promise<ContainerRuntime> {
  const { clock, logger } = options;
  const tools = findHostTools();
  const folder = join(options.dataDirectory, 'process-runtime');
  // What an earlier run left that could not end in order.
  await removeTree(folder);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const support: NamespaceSupport =
    options.namespaces === 'off'
      ? { available: false, reason: 'they are switched off' }
      : await probeNamespaces(tools, folder);
  const asRoot = process.getuid?.() === 0;
  const marks = `${randomUUID()}.`;
  const stopWatch =
    support.available || tools.sh === undefined ? undefined : watchOrphans(tools, marks);
  const host: ProcessHost = {
    tools,
    clock,
    logger,
    asRoot,
    folder,
    marks,
    pipes: createPipePool(join(folder, 'pipes'), tools),
    layout: support.available ? readHostLayout(() => copyEtc(join(folder, 'etc'))) : [],
    upper: support.available ? support.upper : 'disk',
  };
  const images = createImageStore(options.imagesDirectory);
  const prefix = join(folder, 'mounts');
  const volumes = createLinkedMounts(prefix, support.available ? '' : support.reason);
  const running = new Set<RunningContainer>();
  const removals = new Set<Promise<void>>();
  const remove = (path: string): void => {
    const removal = removeTree(path)
      .catch((error: unknown) => logger.warn('container folder not removed', { path, error }))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };
  const start = async (spec: ContainerSpec, signal: AbortSignal): Promise<RunningContainer> => {
    signal.throwIfAborted();
    if (spec.command.length === 0) throw startError('CreateContainerError', 'no command specified');
    const container = support.available
      ? await startNamespaced(host, spec, signal, remove)
      : await startPlain(host, volumes, spec, signal, remove);
    running.add(container);
    void container.exit.catch(() => undefined).then(() => running.delete(container));
    return container;
  };
  return {
    name: 'process',
    limits: limitsOf(support, asRoot),
    ...(support.available ? {} : { mountPrefix: prefix }),
    resolveImage: (name, policy) =>
      new Promise((resolve) => {
        resolve(images.resolve(name, policy));
      }),
    start,
    connect: connectLocally,
    dispose: async () => {
      const ending = [...running];
      for (const container of ending) container.signal('SIGKILL');
      await Promise.allSettled(ending.map((container) => container.exit));
      await Promise.all(removals);
      stopWatch?.();
      host.pipes.dispose();
      await removeTree(folder);
    },
  };
}

/** Containers share this machine's network; the words are those of a node that enters a pod's own. */
function connectLocally(port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
      reject(new Error(`dial tcp4 127.0.0.1:${port}: connect: ${why}`));
    });
  });
}
