import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inFiles } from '../testing/files.test.helper.ts';
import { startTlsServer, type LocalServer } from '../testing/local-servers.test.helper.ts';
import {
  ca,
  clientCertificate,
  clientKey,
  serverCertificate,
  serverKey,
} from '../testing/tls.test.helper.ts';
import { createTestTransport } from '../testing/transport.test.helper.ts';
import { withDiscoveredFiles } from './tls-files.ts';

/** Prints the authorities that a job would be told. */
const chainProgram = `
import { argv, stdout } from 'node:process';
const { createTransport } = await import(argv[2]);
const { createSystemClock } = await import(argv[3]);
const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log };
const transport = createTransport({ clock: createSystemClock(), logger });
const request = { method: 'GET', url: new URL(argv[4]), headers: {} };
await transport.exchange(request, { signal: new AbortController().signal });
stdout.write(transport.tls().ca ?? '');
await transport.close();
`;

/** Answers with the name in the client's certificate. */
const namingServer = (): Promise<LocalServer> =>
  startTlsServer(
    { cert: serverCertificate, key: serverKey, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => void response.end(peerName(request.socket)),
  );

function peerName(socket: Socket): string {
  // Empty when the client showed none, whatever the types say.
  const peer: Partial<PeerCertificate> = (socket as TLSSocket).getPeerCertificate();
  return String(peer.subject?.CN ?? 'nobody');
}

const names = (pems: string | undefined): readonly string[] =>
  (pems?.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem).subject,
  );

describe('over TLS', () => {
  it('a server is trusted by the authority in tls-ca-file, which jobs are told', async () => {
    const server = await namingServer();
    const { send, transport } = createTestTransport({ tls: await inFiles({ ca }) });
    expect((await send(server.url)).body).toBe('nobody');
    expect(transport.tls()).toEqual({ ca });
  });

  it('the client shows its certificate, which jobs are told', async () => {
    const server = await namingServer();
    const files = await inFiles({ ca, certificate: clientCertificate, key: clientKey });
    const { send, transport } = createTestTransport({ tls: files });
    expect((await send(server.url)).body).toBe('client');
    expect(transport.tls()).toEqual({ ca, certificate: clientCertificate, key: clientKey });
  });

  it('a server that nobody vouches for is refused, and nothing was sent', async () => {
    const server = await namingServer();
    const { send } = createTestTransport();
    await expect(send(server.url)).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      hint: 'Give the authority of the server with tls-ca-file.',
      details: { processed: false },
    });
  });

  it('a server of another name is refused', async () => {
    const server = await namingServer();
    const { send } = createTestTransport({ tls: await inFiles({ ca }) });
    await expect(send(server.url.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
      message: expect.stringContaining('for another name') as string,
    });
  });

  it('jobs are told the same while connections are made anew', async () => {
    const server = await namingServer();
    const limits = { connectionAge: 1_000 };
    const { send, transport, clock } = createTestTransport({ tls: await inFiles({ ca }), limits });
    await send(server.url);
    await clock.advance(2_000);
    const renewed = send(server.url);
    while (server.connections() === 1) {
      expect(transport.tls()).toEqual({ ca });
      await setImmediate();
    }
    await renewed;
    expect(transport.tls()).toEqual({ ca });
  });

  it('there is nothing to tell jobs before the first connection', () => {
    expect(createTestTransport().transport.tls()).toEqual({});
  });
});

describe('files of TLS', () => {
  it('that change are used from the next request on', async () => {
    const server = await namingServer();
    const files = await inFiles({ ca, certificate: clientCertificate, key: clientKey });
    await rm(files.key);
    const { send } = createTestTransport({ tls: files });
    expect((await send(server.url)).body).toBe('nobody');
    await writeFile(files.key, clientKey);
    expect((await send(server.url)).body).toBe('client');
    await rm(files.certificate);
    expect((await send(server.url)).body).toBe('nobody');
  });

  it('that are missing are ignored without a word', async () => {
    const server = await namingServer();
    const files = await inFiles({ ca });
    const { send, logged } = createTestTransport({
      tls: { ...files, certificate: '/nowhere/a.crt', key: '/nowhere/a.key' },
    });
    expect((await send(server.url)).body).toBe('nobody');
    expect(logged).toEqual([]);
  });

  it('that cannot be used are told once, and left out', async () => {
    const server = await namingServer();
    const files = await inFiles({ ca: 'no certificate', certificate: 'x', key: 'y' });
    const { send, logged } = createTestTransport({ tls: files });
    await expect(send(server.url)).rejects.toThrow();
    await expect(send(server.url)).rejects.toThrow();
    expect(logged.map((line) => line.split(' {')[0])).toEqual([
      'error Failed to parse PEM in tls-ca-file',
      'error Failed to load tls-cert-file and tls-key-file as a pair',
    ]);
  });

  it('that cannot be read are told', async () => {
    const server = await namingServer();
    const files = await inFiles({ ca });
    // A folder can be found and not be read, by root as well.
    const folder = files.ca.replace(/\/[^/]+$/, '');
    const { send, logged } = createTestTransport({ tls: { ca: folder } });
    await expect(send(server.url)).rejects.toThrow();
    expect(logged).toEqual([`error Cannot read a TLS file of the runner {"file":"${folder}"}`]);
  });

  it('are found by the name of the host, where the settings are empty', () => {
    const found = withDiscoveredFiles({ key: '/own.key' }, 'https://gitlab.test:8443/x', '/certs');
    expect(found).toEqual({
      ca: '/certs/gitlab.test.crt',
      certificate: '/certs/gitlab.test.auth.crt',
      key: '/own.key',
    });
    expect(withDiscoveredFiles({ ca: '' }, 'nonsense', '/certs')).toEqual({ ca: '' });
  });
});

it('tells jobs the chain that vouched for the server, where no file does', async () => {
  const server = await startTlsServer(
    { cert: serverCertificate, key: serverKey },
    (_r, response) => void response.end(),
  );
  // NODE_EXTRA_CA_CERTS is read when a process starts, so this needs one of its own.
  const files = await inFiles({ ca, 'program.mjs': chainProgram });
  const { stdout: chain } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=@millrace/source',
      files['program.mjs'],
      new URL('create-transport.ts', import.meta.url).href,
      import.meta.resolve('@millrace/async'),
      server.url,
    ],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: files.ca } },
  );
  expect(names(chain)).toEqual(['CN=server', 'CN=millrace gitlab test CA']);
});
