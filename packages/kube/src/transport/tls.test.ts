import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { testConnection, unlimited } from '../testing/test-connection.test.helpers.ts';
import {
  ca,
  clientCertificate,
  clientKey,
  serverCertificate,
  serverKey,
} from '../testing/tls.test.helpers.ts';

function peerName(socket: Socket): string {
  // Empty when the client showed none, whatever the types say.
  const peer: Partial<PeerCertificate> = (socket as TLSSocket).getPeerCertificate();
  return String(peer.subject?.CN ?? 'nobody');
}

/** Answers with the name in the client's certificate. */
async function tlsServer(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(
    { cert: serverCertificate, key: serverKey, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      response.end(JSON.stringify({ gitVersion: peerName(request.socket) }));
    },
  );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

it('trusts the given authority and shows the client certificate', async () => {
  const { url } = await tlsServer();
  const { api } = testConnection(url, { facts: { ca, clientCertificate, clientKey } });
  expect(await api.version(unlimited())).toEqual({ gitVersion: 'client' });
});

it('takes a renewed client certificate to new sockets', async () => {
  const { url } = await tlsServer();
  const facts = { server: url, source: 'test', ca };
  const { api, clock } = testConnection(url, {
    facts: { ca, expiresAt: 100_000 },
    refresh: () => Promise.resolve({ ...facts, clientCertificate, clientKey }),
  });
  expect(await api.version(unlimited())).toEqual({ gitVersion: 'nobody' });
  await clock.advance(100_000);
  expect(await api.version(unlimited())).toEqual({ gitVersion: 'client' });
});

it.each([
  ['an authority nobody gave', {}, /not signed by an authority we trust/],
  ['another name than expected', { ca, tlsServerName: 'other.test' }, /for another name/],
])('refuses a server with %s, without another try', async (_what, facts, words) => {
  const { url } = await tlsServer();
  const { api } = testConnection(url, { facts });
  await expect(api.version(unlimited())).rejects.toThrow(words);
  expect(api.requests().requests).toBe(1);
  const exec = { namespace: 'n', pod: 'p', container: 'c', command: ['true'] };
  await expect(api.exec(exec, unlimited())).rejects.toThrow(words);
});

it.each([
  ['the name expected of it', { ca, tlsServerName: 'api.test' }],
  ['any certificate, when told not to look', { insecureSkipTlsVerify: true }],
])('accepts a server with %s', async (_what, facts) => {
  const { url } = await tlsServer();
  const { api } = testConnection(url, { facts });
  expect(await api.version(unlimited())).toEqual({ gitVersion: 'nobody' });
});

it('opens exec sessions with the same certificates', async () => {
  const { url, server } = await tlsServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'v5.channel.k8s.io' });
  sockets.on('connection', (socket, upgrade) => {
    const status = JSON.stringify({ status: 'Failure', message: peerName(upgrade.socket) });
    socket.send(Buffer.from(`\u0003${status}`));
    socket.close();
  });
  const { api } = testConnection(url, { facts: { ca, clientCertificate, clientKey } });
  const exec = { namespace: 'n', pod: 'p', container: 'c', command: ['true'] };
  const session = await api.exec(exec, unlimited());
  expect(await session.status).toEqual({ exitCode: -1, message: 'client' });
});
