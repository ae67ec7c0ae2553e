import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { openPortKeeper, type PortKeeper } from '../port-keeper.ts';

/** The listener of a server. */
export interface Front {
  readonly url: string;
  /** See `GitlabFaults.refuseConnections`. */
  readonly refuse: () => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Listens on a port of this machine that is free. Connections stay open until one side ends them. */
export async function openFront(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Front> {
  const sockets = new Set<Socket>();
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 },
    handle,
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.resetAndDestroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  let keeper: PortKeeper | undefined;

  const refuse: Front['refuse'] = async () => {
    const kept = await openPortKeeper();
    keeper = kept;
    const stopped = stop();
    kept.hold(port);
    await stopped;
    return async () => {
      await listen(port);
      keeper = undefined;
      await kept.close();
    };
  };
  return {
    url: `http://${host}:${port}`,
    refuse,
    close: async () => {
      if (keeper === undefined) await stop();
      else await keeper.close();
    },
  };
}
