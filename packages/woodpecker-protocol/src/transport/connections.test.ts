import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { call, clientOf, introduce, openAgentRoom } from '../testing/agent.test.helper.ts';
import { certificate, key } from '../testing/tls.test.helper.ts';

const tls = { certificate, key };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-woodpecker-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('takes any certificate where it is told not to verify', async () => {
  const { server, agent } = await openAgentRoom({ tls }, { secure: true, skipVerify: true });
  await introduce(agent);
  expect(server.violations()).toEqual([]);
});

it('takes no certificate that nobody it trusts has signed', async () => {
  const { agent, count } = await openAgentRoom({ tls }, { secure: true, skipVerify: false });
  await expect(agent.authenticate(call)).rejects.toMatchObject({
    code: 'MILLRACE_E_WOODPECKER_CALL',
    details: { status: 'UNAVAILABLE' },
    hint: 'check the address of the server, its gRPC port, and whether TLS is expected',
  });
  expect(count('Auth')).toBe(0);
});

it('takes a certificate of an authority that it is told to trust', async () => {
  const { agent } = await openAgentRoom(
    { tls },
    { secure: true, skipVerify: false, authorities: certificate },
  );
  await introduce(agent);
});

it('does not get through where only one side has TLS', async () => {
  const plain = await openAgentRoom({ tls });
  await expect(plain.agent.authenticate(call)).rejects.toMatchObject({
    details: { status: 'UNAVAILABLE' },
  });
  const secured = await openAgentRoom({}, { secure: true, skipVerify: true });
  await expect(secured.agent.authenticate(call)).rejects.toMatchObject({
    details: { status: 'UNAVAILABLE' },
  });
});

it('connects over a socket file', async () => {
  const socketPath = join(await temporaryFolder(), 'server.sock');
  const { server, agent } = await openAgentRoom({ socketPath });
  expect(server.address).toBe(`unix://${socketPath}`);
  await introduce(agent);
  expect(server.violations()).toEqual([]);
});

it('says at once that a socket file is not there', async () => {
  const { server } = await openAgentRoom();
  const path = join(await temporaryFolder(), 'none.sock');
  expect(() => clientOf(server, { server: `unix://${path}` })).toThrow(
    `can not connect to unix socket, "${path}" not exist`,
  );
});
