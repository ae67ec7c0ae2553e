import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { introduce, openAgentRoom } from '../testing/agent.test.helper.ts';
import { certificate, key } from '../testing/tls.test.helper.ts';

// Alone in its file: a process reads the system's authorities once, with the first connection.
it('takes a certificate of an authority in the file that SSL_CERT_FILE names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-authorities-'));
  const before = process.env['SSL_CERT_FILE'];
  onTestFinished(async () => {
    if (before === undefined) delete process.env['SSL_CERT_FILE'];
    else process.env['SSL_CERT_FILE'] = before;
    await rm(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'authority.pem');
  await writeFile(file, certificate);
  process.env['SSL_CERT_FILE'] = file;
  const { server, agent } = await openAgentRoom(
    { tls: { certificate, key } },
    { secure: true, skipVerify: false },
  );
  await introduce(agent);
  expect(server.violations()).toEqual([]);
});
