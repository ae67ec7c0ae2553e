import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deferred, type Deferred } from '@millrace/async';

/** A registry of this machine that lets nodes wait for an image. */
export interface HeldRegistry {
  /** An image that only it has, by a name that asks for plain HTTP. */
  readonly image: string;
  /** Resolves when a node asks for the image. */
  readonly asked: Promise<void>;
  /** Tells all who wait, and those to come, that there is no such image. */
  readonly release: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a registry that answers for an image only when told. */
export async function holdRegistry(): Promise<HeldRegistry> {
  const asked: Deferred<void> = deferred();
  const released: Deferred<void> = deferred();
  const server = createServer((request, response) => {
    if (request.url?.includes('/manifests/') !== true) {
      response.end('{}');
      return;
    }
    asked.resolve();
    void released.promise.then(() => response.writeHead(404).end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    image: `127.0.0.1:${(server.address() as AddressInfo).port}/held:1`,
    asked: asked.promise,
    release: released.resolve,
    close: async () => {
      released.resolve();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
