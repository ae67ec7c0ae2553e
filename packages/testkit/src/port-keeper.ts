import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const host = '127.0.0.1';

/** Keeps a port while nobody listens there. */
export interface PortKeeper {
  readonly hold: (port: number) => void;
  readonly close: () => Promise<void>;
}

/**
 * The port is the near end of a connection to a listener of our own: no other process gets it, and whoever connects to it
 * is refused. A listener can take it back while the connection is still there.
 */
export async function openPortKeeper(): Promise<PortKeeper> {
  const ends = new Set<Socket>();
  const server = createServer((socket) => {
    ends.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return {
    hold: (port) => {
      const socket = connect({
        host,
        port: (server.address() as AddressInfo).port,
        localAddress: host,
        localPort: port,
      });
      socket.on('error', () => undefined);
      ends.add(socket);
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of ends) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
