import type { Clock, Logger } from '@millrace/core';
import type { Dispatcher } from 'undici';
import type { ProxySettings } from './choose-proxy.ts';
import { openSockets, type Sockets } from './open-sockets.ts';
import { readTlsFiles, tlsFilesVersion, type TlsFiles } from './tls-files.ts';
import type { ServerTls } from './transport.ts';

/** The sockets to use at the moment. */
export interface SocketSource {
  /** Runs `work` with sockets that stay open meanwhile. */
  readonly use: <T>(url: URL, work: (dispatcher: Dispatcher) => Promise<T>) => Promise<T>;
  readonly facts: () => ServerTls;
  readonly destroy: () => Promise<void>;
}

/** Sockets of one time, and how many use them. */
interface Generation {
  readonly sockets: Sockets;
  readonly openedAt: number;
  readonly version: string;
  users: number;
  retired: boolean;
}

/**
 * Looks at the TLS files and at the age of the connections before each request, as GitLab Runner does. Sockets that are
 * not to be used any more end their work first.
 */
export function createSocketSource(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tls?: TlsFiles;
  readonly proxies?: ProxySettings;
  /** Milliseconds; 0 is no limit. */
  readonly connectionAge: number;
}): SocketSource {
  const { clock, logger, tls: files = {}, proxies = {}, connectionAge } = options;
  const open = new Set<Generation>();
  let current: Generation | undefined;
  let renewal: Promise<void> | undefined;
  let earlierFacts: ServerTls = {};
  const ended = new AbortController();

  const closeIfUnused = (generation: Generation): void => {
    if (!generation.retired || generation.users > 0) return;
    void generation.sockets.retire().finally(() => open.delete(generation));
  };
  const renew = async (version: string): Promise<void> => {
    const material = await readTlsFiles(files, (path) =>
      logger.error('Cannot read a TLS file of the runner', { file: path }),
    );
    const sockets = openSockets(material, proxies, (message) =>
      logger.error(message, { ...files }),
    );
    const old = current;
    earlierFacts = facts();
    const next = { sockets, openedAt: clock.monotonic(), version, users: 0, retired: false };
    open.add(next);
    current = next;
    if (old !== undefined) {
      old.retired = true;
      closeIfUnused(old);
    }
  };
  /** New sockets know nothing of the server before their first connection; what old ones knew holds until then. */
  const facts = (): ServerTls => {
    const known = current?.sockets.tls?.facts();
    return known?.ca === undefined ? { ...earlierFacts, ...known } : known;
  };
  const isOutdated = (generation: Generation, version: string): boolean =>
    generation.version !== version ||
    (connectionAge > 0 && clock.monotonic() - generation.openedAt > connectionAge);

  const enter = async (): Promise<Generation> => {
    const version = await tlsFilesVersion(files);
    for (;;) {
      if (current !== undefined && !isOutdated(current, version)) {
        // Counted in the same turn in which it is current, so that it cannot be closed in between.
        current.users += 1;
        return current;
      }
      renewal ??= renew(version).finally(() => {
        renewal = undefined;
      });
      await renewal;
    }
  };

  return {
    use: async (url, work) => {
      const generation = await enter();
      try {
        ended.signal.throwIfAborted();
        return await work(await generation.sockets.to(url));
      } finally {
        generation.users -= 1;
        closeIfUnused(generation);
      }
    },
    facts,
    destroy: async () => {
      ended.abort();
      await Promise.all([...open].map(({ sockets }) => sockets.destroy()));
    },
  };
}
