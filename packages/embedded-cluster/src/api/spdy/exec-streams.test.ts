import { afterEach, beforeEach, expect, it } from 'vitest';
import { podOf, podsPath, startFixture, type Fixture } from '../fixture.test.helpers.ts';
import { upgrade, type SpdyClient } from './client.test.helpers.ts';

let cluster: Fixture;
const clients: SpdyClient[] = [];

beforeEach(async () => {
  cluster = await startFixture();
  await cluster.call('POST', podsPath, podOf('a', { containers: [{ name: 'c', image: 'x' }] }));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await cluster.close();
});

async function exec(query: string, protocols = ['v4.channel.k8s.io']): Promise<SpdyClient> {
  const url = `${cluster.server.url}${podsPath}/a/exec?command=sh&${query}`;
  const client = await upgrade(url, protocols);
  clients.push(client);
  return client;
}

it('carries a command’s streams, each by itself, and how it ended', async () => {
  const client = await exec('stdin=true&stdout=true&stderr=true');
  const [error, stdin, stdout, stderr] = ['error', 'stdin', 'stdout', 'stderr'].map((streamtype) =>
    client.open({ streamtype }),
  );
  const { process } = cluster.node;
  stdin?.write('typed');
  stdin?.end();
  await process.inputEnded.promise;
  expect(process.input).toEqual(['typed']);
  void process.out.push(Buffer.from('out'));
  void process.err.push(Buffer.from('err'));
  process.out.end();
  process.err.end();
  process.ended.resolve({ exitCode: 7, signal: 0 });
  expect(await error?.ended).toBe('fin');
  expect([stdout?.received(), stderr?.received()]).toEqual(['out', 'err']);
  expect(JSON.parse(error?.received() ?? '')).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  });
  await client.ended;
});

it('resizes a terminal, which has no stream of errors', async () => {
  const client = await exec('stdin=true&stdout=true&stderr=true&tty=true');
  for (const streamtype of ['error', 'stdin', 'stdout']) client.open({ streamtype });
  const resize = client.open({ streamtype: 'resize' });
  resize.write('{"Width":80,"Height":24}');
  resize.write('nonsense');
  const { process } = cluster.node;
  const stdin = client.open({ streamtype: 'stdin' });
  expect(await stdin.ended).toBe('reset');
  expect(process.sizes).toEqual([[80, 24]]);
});

it('ends the input, and nothing else, when the client goes away', async () => {
  const client = await exec('stdin=true&stdout=true');
  for (const streamtype of ['error', 'stdin', 'stdout']) client.open({ streamtype });
  client.destroy();
  const { process } = cluster.node;
  await process.inputEnded.promise;
  // Its output is read on, so that it is not blocked by it.
  for (let line = 0; line < 200; line += 1) await process.out.push(Buffer.from('line'));
  process.out.end();
  process.err.end();
  process.ended.resolve({ exitCode: 0, signal: 0 });
});

it('speaks the version with a status, and no older one', async () => {
  await expect(exec('stdout=true', ['v3.channel.k8s.io', 'channel.k8s.io'])).rejects.toThrow(
    'client supports [v3.channel.k8s.io channel.k8s.io], server supports [v4.channel.k8s.io]',
  );
});
