import { describe, expect, it } from 'vitest';
import { identity, startRunner, unlimited } from '../testing/runner.test.helper.ts';
import { registrationInfo } from '../wire/runner-info.ts';

const registration = (token: string) => ({
  token,
  info: registrationInfo(identity),
  description: 'a runner',
  tags: ['k8s', 'linux'],
  runUntagged: false,
  locked: true,
  paused: false,
});

describe('register', () => {
  it('gives the token of the new runner', async () => {
    const { client, server } = await startRunner();
    const outcome = await client.register(registration(server.registrationToken), unlimited());
    expect(outcome).toMatchObject({ kind: 'registered', id: 2, tokenExpiresAt: undefined });
    expect(outcome.kind === 'registered' && outcome.token).toMatch(/^glrtr-/);
  });

  it('says when the registration token is not accepted', async () => {
    const { client } = await startRunner({ breaches: ['register: wrong token'] });
    const outcome = await client.register(registration('nonsense'), unlimited());
    expect(outcome.kind).toBe('forbidden');
  });

  it.each([500, 401, 422])('says that it failed when the answer is %i', async (status) => {
    const { client, server, untilDone } = await startRunner();
    server.faults.add({ call: 'register' }, { kind: 'answer', status });
    const outcome = await untilDone(
      client.register(registration(server.registrationToken), unlimited()),
    );
    expect(outcome).toMatchObject({ kind: 'failed', reply: { status } });
  });
});

describe('verify', () => {
  it('gives what the server knows of the runner', async () => {
    const runner = { token: 'glrt-abc', id: 7, tokenExpiresAt: '2030-01-01T00:00:00Z' };
    const { client } = await startRunner({ server: { runners: [runner] } });
    expect(await client.verify(unlimited())).toMatchObject({
      kind: 'valid',
      id: 7,
      token: 'glrt-abc',
      tokenExpiresAt: '2030-01-01T00:00:00Z',
    });
  });

  it('takes an answer without JSON for valid, as old servers give it', async () => {
    const { client, server } = await startRunner();
    server.faults.add({ call: 'verify' }, { kind: 'answer', status: 200 });
    expect(await client.verify(unlimited())).toMatchObject({ kind: 'valid', id: 0, token: '' });
    expect(server.calls().map(({ call }) => call)).toEqual(['verify', 'verify']);
  });

  it('says when the server does not know the token', async () => {
    const { client } = await startRunner({
      client: { token: 'glrt-unknown' },
      breaches: ['verify: wrong token'],
    });
    expect((await client.verify(unlimited())).kind).toBe('invalid');
  });

  it('is unclear when the server cannot be reached', async () => {
    const { client, outage } = await startRunner();
    await outage(1_000);
    const outcome = await client.verify(unlimited());
    expect(outcome.kind).toBe('unclear');
    expect(outcome.reply.error).toMatchObject({
      code: 'MILLRACE_E_GITLAB_UNREACHABLE',
      hint: expect.stringMatching(/./) as string,
      details: { networkCode: 'ECONNREFUSED', processed: false },
    });
  });
});

describe('unregister', () => {
  it('removes the manager of a created runner, and not the runner', async () => {
    const { client } = await startRunner();
    expect((await client.unregister(unlimited())).kind).toBe('unregistered');
    expect((await client.verify(unlimited())).kind).toBe('valid');
  });

  it('removes a runner of the legacy kind', async () => {
    const { client } = await startRunner({
      server: { runners: [{ token: 'legacy' }] },
      breaches: ['verify: wrong token'],
    });
    expect((await client.unregister(unlimited())).kind).toBe('unregistered');
    expect((await client.verify(unlimited())).kind).toBe('invalid');
  });

  it.each([
    [403, 'forbidden'],
    [404, 'failed'],
  ] as const)('is told by a %i that it was %s', async (status, kind) => {
    const { client, server } = await startRunner();
    server.faults.add({ call: 'unregister' }, { kind: 'answer', status });
    expect((await client.unregister(unlimited())).kind).toBe(kind);
  });
});

describe('a reset of the token', () => {
  it('gives a new one for the one the client has', async () => {
    const { client, anotherClient, clock } = await startRunner();
    const outcome = await client.resetToken('own-token', unlimited());
    expect(outcome).toMatchObject({ kind: 'reset', obtainedAt: clock.now() });
    const token = outcome.kind === 'reset' ? outcome.token : '';
    expect((await anotherClient({ token }).verify(unlimited())).kind).toBe('valid');
  });

  it('gives a new one for a personal access token', async () => {
    const { client, server } = await startRunner();
    const how = { runnerId: 1, personalAccessToken: server.personalAccessToken };
    expect((await client.resetToken(how, unlimited())).kind).toBe('reset');
  });

  it('says when the personal access token is not accepted', async () => {
    const { client } = await startRunner({ breaches: ['reset token: wrong token'] });
    const how = { runnerId: 1, personalAccessToken: 'glpat-wrong' };
    expect((await client.resetToken(how, unlimited())).kind).toBe('forbidden');
  });
});
