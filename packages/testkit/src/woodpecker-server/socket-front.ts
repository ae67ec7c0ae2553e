import { createServer, type AddressInfo, type Socket } from 'node:net';
import { openPortKeeper, type PortKeeper } from '../port-keeper.ts';

/** The listener of a server. */
export interface SocketFront {
  /** `host:port`, or `unix://path`. */
  readonly address: string;
  /** Ends the connection of a client, given as `address:port`; all of them when it is not known. */
  readonly reset: (peer: string) => void;
  /** Ends all connections and refuses new ones until the returned function has resolved. */
  readonly refuse: () => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';

/** Listens on a free port of this machine, or on a socket file, and hands connections over. */
export async function openSocketFront(
  connected: (socket: Socket) => void,
  path?: string,
): Promise<SocketFront> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    connected(socket);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path === undefined ? { host, port } : { path }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) end(socket);
    });
  await listen(0);
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  let keeper: PortKeeper | undefined;
  let listening = true;
  return {
    address: path === undefined ? `${host}:${port}` : `unix://${path}`,
    reset: (peer) => {
      const known = [...sockets].filter(
        ({ remoteAddress, remotePort }) => `${remoteAddress}:${remotePort}` === peer,
      );
      for (const socket of known.length === 0 ? sockets : known) end(socket);
    },
    refuse: async () => {
      keeper = path === undefined ? await openPortKeeper() : undefined;
      listening = false;
      const stopped = stop();
      keeper?.hold(port);
      await stopped;
      return async () => {
        await listen(port);
        listening = true;
        await keeper?.close();
        keeper = undefined;
      };
    },
    close: async () => {
      if (listening) await stop();
      await keeper?.close();
    },
  };
}

/** A connection over TCP ends with a reset, so that nothing waits for what is still to be read. */
function end(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
