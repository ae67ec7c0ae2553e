import { describe, expect, it } from 'vitest';
import { inFiles } from '../testing/files.test.helper.ts';
import { startProxy, startServer, startTlsServer } from '../testing/local-servers.test.helper.ts';
import { serverCertificate, serverKey, ca } from '../testing/tls.test.helper.ts';
import { createTestTransport } from '../testing/transport.test.helper.ts';

describe('through a proxy', () => {
  it('a plain request names the whole URL, with the password that the proxy wants', async () => {
    const server = await startServer(
      (request, response) => void response.end(request.headers.host),
    );
    const proxy = await startProxy(server);
    const http = `http://user:pass%21@127.0.0.1:${proxy.port}`;
    const { send } = createTestTransport({ proxies: { http } });
    expect((await send('http://gitlab.test/api?a=b')).body).toBe('gitlab.test');
    expect(proxy.seen).toEqual([
      {
        line: 'POST http://gitlab.test/api?a=b',
        authorization: `Basic ${Buffer.from('user:pass!').toString('base64')}`,
      },
    ]);
  });

  it('TLS goes from end to end', async () => {
    const server = await startTlsServer(
      { cert: serverCertificate, key: serverKey },
      (request, response) => void response.end(request.headers['proxy-authorization'] ?? 'unseen'),
    );
    const proxy = await startProxy(server);
    const https = `http://user:pass@127.0.0.1:${proxy.port}`;
    const { send, transport } = createTestTransport({
      proxies: { https },
      tls: await inFiles({ ca }),
    });
    expect((await send('https://gitlab.test/api')).body).toBe('unseen');
    expect(proxy.seen.map(({ line }) => line)).toEqual(['CONNECT gitlab.test:443']);
    expect(transport.tls().ca).toBe(ca);
    await send('https://gitlab.test/api');
    expect(proxy.seen).toHaveLength(1);
  });

  it('what NO_PROXY names goes directly', async () => {
    const server = await startServer((_request, response) => void response.end('direct'));
    const proxy = await startProxy(server);
    const { send } = createTestTransport({
      proxies: { http: `http://127.0.0.1:${proxy.port}`, except: 'gitlab.test' },
    });
    expect((await send(server.url)).body).toBe('direct');
    expect(proxy.seen).toEqual([]);
  });

  it.each([
    ['http', 407],
    ['https', 407],
    ['https', 403],
  ])('%s that it answers with %i fails by name', async (scheme, status) => {
    const server = await startServer((_request, response) => void response.end());
    const proxy = await startProxy(server, status);
    const address = `http://user:hush@127.0.0.1:${proxy.port}`;
    const { send } = createTestTransport({ proxies: { http: address, https: address } });
    const error: unknown = await send(`${scheme}://gitlab.test`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      message: expect.stringContaining('the proxy did not let the request through') as string,
      details: { processed: false },
    });
    expect(String(error)).not.toContain('hush');
  });

  it('a proxy that is away fails like a server that is', async () => {
    const server = await startServer((request) => void request.socket.resetAndDestroy());
    const proxies = { http: server.url, https: server.url };
    const { send } = createTestTransport({ proxies });
    await expect(send('https://gitlab.test')).rejects.toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
    });
  });

  it('a proxy that cannot be used is told by name, each time', async () => {
    const { send } = createTestTransport({ proxies: { http: 'socks5://127.0.0.1:1' } });
    for (let times = 0; times < 2; times += 1)
      await expect(send('http://gitlab.test')).rejects.toMatchObject({
        code: 'MILLRACE_E_GITLAB_PROXY',
        message: 'HTTP_PROXY is not the address of an HTTP proxy',
      });
  });
});
