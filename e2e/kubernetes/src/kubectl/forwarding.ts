import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import type { KubectlProcess } from './kubectl-process.ts';
import { pod } from './manifests.ts';

/** A server that sends back what it gets; it says so when it listens. */
const echoServer = (port: number): string => `exec perl -MIO::Socket::INET -e '
  $| = 1;
  $SIG{CHLD} = "IGNORE";
  my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => ${port}, Listen => 9, ReuseAddr => 1) or die $!;
  print "listening\\n";
  while (my $client = $server->accept) {
    next if fork;
    while (sysread($client, my $bytes, 65536)) {
      for (my $sent = 0; $sent < length $bytes;) { $sent += syswrite($client, $bytes, 65536, $sent) }
    }
    exit;
  }'`;

/** A port of this machine that nobody uses: a cluster may share its network with the machine. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends a text and waits until as much has come back. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    answer += String(chunk);
    if (answer.length >= text.length) break;
  }
  socket.destroy();
  return answer;
}

async function portOf(forward: KubectlProcess): Promise<number> {
  const [, port] = await forward.shows(/^Forwarding from 127\.0\.0\.1:(\d+) -> /mu);
  return Number(port);
}

const ways: readonly [name: string, env: Readonly<Record<string, string>>][] = [
  ['through a WebSocket', {}],
  ['by SPDY alone, as older clients do', { KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
];

/** `kubectl port-forward`. */
export const forwardingSuite: KubectlSuite = defineKubectlSuite('forwards ports', (bench) => {
  let kubectl: Kubectl;
  let port: number;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    port = await freePort();
    const { tools: image } = bench.cluster().images;
    await kubectl.create(
      pod('server', { image, labels: { app: 'server' }, program: echoServer(port) }),
    );
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front' },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: port }] },
    });
    const log = kubectl.start(['wait', '--for=condition=Ready', 'pod/server', '--timeout=90s']);
    expect(await log.ended).toMatchObject({ exitCode: 0 });
    await kubectl.start(['logs', '-f', 'server']).shows(/listening\n/u);
  });

  it.each(ways)('to a pod, %s', async (_way, env) => {
    const forward = kubectl.start(['port-forward', 'pod/server', `:${port}`, '-v=5'], { env });
    expect(await exchange(await portOf(forward), 'hello')).toBe('hello');
    // Without a word it would try the older way when the newer one fails.
    expect((await forward.interrupt()).stderr).not.toContain('fallback');
  });

  it.each(ways)(
    'with many connections at once, each with its own megabyte, %s',
    async (_way, env) => {
      const forward = kubectl.start(['port-forward', 'server', `:${port}`], { env });
      const local = await portOf(forward);
      const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(1_000_000));
      const answers = await Promise.all(texts.map((text) => exchange(local, text)));
      expect(answers.map((answer, index) => answer === texts[index])).toEqual([
        true,
        true,
        true,
        true,
      ]);
    },
  );

  it('to the pod behind a service', async () => {
    const forward = kubectl.start(['port-forward', 'service/front', ':80']);
    expect(await exchange(await portOf(forward), 'hello')).toBe('hello');
  });

  it('one connection after the other', async () => {
    const forward = kubectl.start(['port-forward', 'server', `:${port}`]);
    const local = await portOf(forward);
    for (const word of ['one', 'two', 'three']) expect(await exchange(local, word)).toBe(word);
  });

  it.each(ways)('and tells that nobody listens, %s', async (_way, env) => {
    const silent = await freePort();
    const forward = kubectl.start(['port-forward', 'server', `:${silent}`], { env });
    expect(await exchange(await portOf(forward), 'hello')).toBe('');
    const { exitCode, stderr } = await forward.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error forwarding port \d+ to pod \w+.*connection refused/su);
    expect(stderr).toContain('error: lost connection to pod');
  });

  it('refuses a pod that is not there or does not run', async () => {
    expect(await kubectl.refused('port-forward', 'nobody', ':80')).toContain(
      'pods "nobody" not found',
    );
    const { shell: image } = bench.cluster().images;
    await kubectl.create(
      pod('over', { image, program: 'exit 0', spec: { restartPolicy: 'Never' } }),
    );
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/over',
      '--timeout=90s',
    );
    expect(await kubectl.refused('port-forward', 'over', ':80')).toContain(
      'unable to forward port because pod is not running. Current status=Succeeded',
    );
  });
});
