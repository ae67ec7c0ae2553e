import type { KubeObject } from '@millrace/core';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { deferred } from '@millrace/async';
import { record } from '../store/json.ts';
import { podType } from '../store/resource-types.ts';
import { badRequest, kubeletRefusal } from '../store/status.ts';
import {
  fakeProcess,
  podOf,
  podsPath,
  startFixture,
  type Fixture,
} from './fixture.test.helpers.ts';
import type { OpenStream } from './interceptor.ts';

let cluster: Fixture;
const streams: OpenStream[] = [];
beforeEach(async () => {
  streams.length = 0;
  cluster = await startFixture({ interceptor: { opened: (stream) => void streams.push(stream) } });
  await cluster.call(
    'POST',
    podsPath,
    podOf('a', {
      containers: [
        { name: 'build', image: 'x' },
        { name: 'helper', image: 'x' },
      ],
    }),
  );
  setStatus({ phase: 'Running' });
});
afterEach(() => cluster.close());

const setStatus = (status: Readonly<Record<string, string>>): KubeObject =>
  cluster.store.update({ type: podType, namespace: 'default', name: 'a' }, (pod) => ({
    ...pod,
    status: { ...record(pod, 'status'), ...status },
  }));

const execPath = `${podsPath}/a/exec?container=build&command=sh&command=-c&command=true&stdin=true&stdout=true&stderr=true`;

interface Client {
  readonly socket: WebSocket;
  /** `channel text`, in order. */
  readonly frames: string[];
  readonly closed: Promise<number>;
}

async function connect(
  path = execPath,
  protocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
): Promise<Client> {
  const socket = new WebSocket(
    `${cluster.server.url.replace('http', 'ws')}${path}`,
    [...protocols],
    { headers: { authorization: 'Bearer admin' } },
  );
  const frames: string[] = [];
  socket.on('message', (data: Buffer) =>
    frames.push(`${data[0] ?? ''} ${data.subarray(1).toString()}`),
  );
  const closed = deferred<number>();
  socket.once('close', (code) => closed.resolve(code));
  await once(socket, 'open');
  return { socket, frames, closed: closed.promise };
}

/** Answers before the upgrade: code and message. */
async function refusal(
  path: string,
  protocols = ['v5.channel.k8s.io'],
): Promise<readonly [number, string]> {
  const socket = new WebSocket(`${cluster.server.url.replace('http', 'ws')}${path}`, protocols, {
    headers: { authorization: 'Bearer admin' },
  });
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number },
  ];
  let body = '';
  for await (const chunk of response) body += chunk.toString();
  // A refusal in a kubelet's words is text alone.
  const said = body.startsWith('{') ? (JSON.parse(body) as { message: string }).message : body;
  return [response.statusCode, said];
}

describe('exec', () => {
  it('carries output on channels 1 and 2 and the exit code on 3, then closes', async () => {
    const client = await connect();
    const { process } = cluster.node;
    void process.out.push(Buffer.from('out'));
    void process.err.push(Buffer.from('err'));
    process.out.end();
    process.err.end();
    process.ended.resolve({ exitCode: 3, signal: 0 });
    expect(await client.closed).toBe(1000);
    expect(client.frames.slice(0, 2).toSorted()).toEqual(['1 out', '2 err']);
    expect(JSON.parse(client.frames[2]?.slice(2) ?? '')).toEqual({
      metadata: {},
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: command terminated with exit code 3',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(cluster.node.calls).toMatchObject([
      {
        pod: 'a',
        container: 'build',
        command: ['sh', '-c', 'true'],
        options: { stdin: true, tty: false },
      },
    ]);
    expect(cluster.requests.at(-1)).toMatchObject({
      verb: 'connect',
      resource: 'pods',
      subresource: 'exec',
      upgraded: true,
      user: 'admin',
    });
  });

  it('says Success for exit code 0', async () => {
    const client = await connect();
    const { process } = cluster.node;
    process.out.end();
    process.err.end();
    process.ended.resolve({ exitCode: 0, signal: 0 });
    await client.closed;
    expect(client.frames).toEqual(['3 {"metadata":{},"status":"Success"}']);
  });

  it('half-closes standard input with v5 and takes terminal sizes', async () => {
    const client = await connect();
    const { process } = cluster.node;
    client.socket.send(Buffer.from('\0first'));
    client.socket.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":80,"Height":24}')]));
    client.socket.send(Buffer.from('\0second'));
    client.socket.send(Buffer.from([255, 0]));
    await process.inputEnded.promise;
    expect(process.input).toEqual(['first', 'second']);
    expect(process.sizes).toEqual([[80, 24]]);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('speaks v4 to those who know nothing better', async () => {
    const client = await connect(execPath, ['v4.channel.k8s.io', 'v3.channel.k8s.io']);
    expect(client.socket.protocol).toBe('v4.channel.k8s.io');
  });

  it('answers pings', async () => {
    const client = await connect();
    client.socket.ping('x');
    const [payload] = (await once(client.socket, 'pong')) as [Buffer];
    expect(payload.toString()).toBe('x');
  });

  it('ends the input of a process whose client is lost, and lets it run on', async () => {
    const process = fakeProcess(1);
    cluster.node.process = process;
    const client = await connect();
    client.socket.terminate();
    await process.inputEnded.promise;
    // Nobody reads any more, but the process can go on writing.
    for (let index = 0; index < 10; index += 1) await process.out.push(Buffer.from('x'));
  });

  it('gives faults a handle to cut the connection', async () => {
    const client = await connect();
    client.socket.on('error', () => {});
    expect(streams).toMatchObject([{ kind: 'exec', request: { name: 'a' } }]);
    streams[0]?.cut('reset');
    expect(await client.closed).toBe(1006);
  });

  it.each([
    ['a pod that is not there', execPath.replace('/a/', '/nope/'), 404, 'pods "nope" not found'],
    [
      'a container that is not there',
      execPath.replace('build', 'nope'),
      400,
      'container nope is not valid for pod a',
    ],
    [
      'no container where there are two',
      execPath.replace('container=build&', ''),
      400,
      'a container name must be specified for pod a, choose one of: [build helper]',
    ],
    [
      'no command',
      `${podsPath}/a/exec?container=build&stdout=true`,
      400,
      'you must specify at least one command for the container',
    ],
  ])('refuses %s before the upgrade', async (_what, path, code, message) => {
    expect(await refusal(path)).toEqual([code, message]);
  });

  it('has no representation for who accepts JSON alone, as a kubelet has none', async () => {
    const socket = new WebSocket(
      `${cluster.server.url.replace('http', 'ws')}${execPath}`,
      ['v5.channel.k8s.io'],
      { headers: { authorization: 'Bearer admin', accept: 'application/json' } },
    );
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { readonly statusCode: number },
    ];
    expect(response.statusCode).toBe(406);
  });

  it('refuses by name a protocol it does not speak', async () => {
    const { hostname, port } = new URL(cluster.server.url);
    const sent = request({
      hostname,
      port,
      path: execPath,
      method: 'POST',
      headers: { authorization: 'Bearer admin', connection: 'Upgrade', upgrade: 'h2c' },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [
      AsyncIterable<Buffer> & { statusCode: number },
    ];
    let body = '';
    for await (const chunk of response) body += chunk.toString();
    expect([response.statusCode, body]).toEqual([
      400,
      expect.stringContaining('not h2c') as string,
    ]);
  });

  it('needs the right to exec', async () => {
    cluster.tokens.splice(0, 1, { token: 'admin', user: 'bob' });
    expect(await refusal(execPath)).toEqual([
      403,
      'pods "a" is forbidden: User "bob" cannot get resource "pods/exec" in API group "" in the namespace "default"',
    ]);
  });

  it('needs the right to create a command too, since a WebSocket is opened by GET', async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }];
    await cluster.call('POST', `${rbac}/roles`, { metadata: { name: 'r' }, rules });
    await cluster.call('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'b' },
      roleRef,
      subjects: [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'bob' }],
    });
    cluster.tokens.splice(0, 1, { token: 'admin', user: 'bob' });
    expect(await refusal(execPath)).toEqual([403, 'pods "a" is forbidden: ']);
  });

  it('passes on what the node says', async () => {
    Object.assign(cluster.node, {
      exec: () => Promise.reject(badRequest('container not found ("build")')),
    });
    expect(await refusal(execPath)).toEqual([400, 'container not found ("build")']);
  });

  it('refuses in the words of a kubelet what a kubelet refuses', async () => {
    Object.assign(cluster.node, {
      exec: () => Promise.reject(kubeletRefusal(500, 'container not found ("build")')),
    });
    expect(await refusal(execPath)).toEqual([500, 'container not found ("build")']);
    expect(await refusal(`${podsPath}/a/exec?container=build&command=sh`)).toEqual([
      400,
      'you must specify at least 1 of stdin, stdout, stderr',
    ]);
  });

  it('refuses protocols it does not speak without a word', async () => {
    expect(await refusal(execPath, ['v1.channel.k8s.io'])).toEqual([403, '']);
  });
});

describe('attach', () => {
  it('joins the streams of the container', async () => {
    const client = await connect(`${podsPath}/a/attach?container=helper&stdin=true`);
    void cluster.node.process.out.push(Buffer.from('hello'));
    await once(client.socket, 'message');
    expect(client.frames).toEqual(['1 hello']);
    expect(cluster.node.calls).toMatchObject([
      { container: 'helper', options: { stdin: true, stdout: true, stderr: true } },
    ]);
  });

  it('ends in success however the container ends: its exit code is the pod’s to tell', async () => {
    const client = await connect(`${podsPath}/a/attach?container=helper&stdin=true`);
    const { process } = cluster.node;
    process.out.end();
    process.err.end();
    process.ended.resolve({ exitCode: 3, signal: 0 });
    expect(await client.closed).toBe(1000);
    expect(client.frames).toEqual(['3 {"metadata":{},"status":"Success"}']);
  });
});
