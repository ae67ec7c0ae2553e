import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { startFixture } from './fixture.test.helpers.ts';
import { createServerCertificate } from './server-certificate.ts';

it('is good for this host, for a year, and signed by itself', () => {
  const certificate = new X509Certificate(
    createServerCertificate(Date.parse('2026-01-02T03:04:05Z')).cert,
  );
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIssued(certificate)).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect([certificate.validFrom, certificate.validTo]).toEqual([
    'Jan  1 03:04:05 2026 GMT',
    'Jan  2 03:04:05 2027 GMT',
  ]);
});

it('writes years after 2049 with four digits', () => {
  expect(
    new X509Certificate(createServerCertificate(Date.parse('2051-01-02T03:04:05Z')).cert).validTo,
  ).toBe('Jan  2 03:04:05 2052 GMT');
});

it('lets a client that was given it trust the server', async () => {
  const tls = createServerCertificate(Date.now());
  const cluster = await startFixture({ tls });
  const get = async (options: RequestOptions): Promise<number> => {
    const sent = request(`${cluster.server.url}/version`, {
      ...options,
      agent: false,
      headers: { authorization: 'Bearer admin' },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  };
  expect(cluster.server.url).toMatch(/^https:/u);
  expect(await get({ ca: tls.cert })).toBe(200);
  await expect(get({})).rejects.toThrow('self-signed certificate');
  await cluster.close();
});
