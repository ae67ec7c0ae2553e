import { connect, createServer, type Server } from 'node:net';
import { addresses } from './layout.ts';

/**
 * Lets pods reach the API server, which listens on the loopback interface only: connections to the node's address go on
 * to it.
 */
export async function forwardToApi(): Promise<Server> {
  const { host, port } = addresses.api;
  const server = createServer((incoming) => {
    const outgoing = connect(port, host);
    const end = (): void => {
      incoming.destroy();
      outgoing.destroy();
    };
    incoming.once('error', end).once('close', end).pipe(outgoing);
    outgoing.once('error', end).once('close', end).pipe(incoming);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, addresses.node, resolve);
  });
  return server;
}
