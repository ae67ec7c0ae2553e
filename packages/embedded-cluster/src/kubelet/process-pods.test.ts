import { createServer } from 'node:http';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createSystemClock } from '@millrace/async';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerProcess, ContainerRuntime, LogOptions } from '../contracts.ts';
import { createProcessRuntime } from '../runtime/process/create-process-runtime.ts';
import { findHostTools } from '../runtime/process/host-tools.ts';
import { probeNamespaces } from '../runtime/process/probe-namespaces.ts';
import { removeTree } from '../runtime/remove-tree.ts';
import {
  claimType,
  configMapType,
  podType,
  secretType,
  serviceType,
} from '../store/resource-types.ts';
import {
  silentLogger,
  startFixture,
  temporaryFolder,
  type KubeletFixture,
} from './kubelet-fixture.test.support.ts';

const clock = createSystemClock();
const probeFolder = temporaryFolder();
const support = await probeNamespaces(findHostTools(), probeFolder);
await removeTree(probeFolder);
const refused = support.available ? '' : support.reason;

let fixture: KubeletFixture;
let runtime: ContainerRuntime;

const begin = async (namespaces: 'auto' | 'off'): Promise<void> => {
  fixture = await startFixture(
    clock,
    async (folder) =>
      (runtime = await createProcessRuntime({
        dataDirectory: folder,
        clock,
        logger: silentLogger,
        namespaces,
        imagesDirectory: join(folder, 'images'),
      })),
  );
};
const sh = (script: string): { readonly command: readonly string[] } => ({
  command: ['sh', '-c', script],
});
const textOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
const needPod = (): NonNullable<ReturnType<KubeletFixture['pod']>> => {
  const pod = fixture.pod();
  if (pod === undefined) throw new Error('no pod');
  return pod;
};
const logs = (options: Partial<LogOptions> = {}, container = 'main'): Promise<string> =>
  textOf(
    fixture.kubelet.node.logs(needPod(), container, {
      follow: false,
      previous: false,
      timestamps: false,
      signal: AbortSignal.timeout(10_000),
      ...options,
    }),
  );
const over = (): Promise<void> =>
  fixture.until('pod over', () => ['Succeeded', 'Failed'].includes(fixture.status().phase ?? ''));
const running = (container = 'main'): Promise<void> =>
  fixture.until(
    `${container} running`,
    () => fixture.container(container).state.running !== undefined,
  );
const exec = (command: readonly string[], options = {}): Promise<ContainerProcess> =>
  fixture.kubelet.node.exec(needPod(), 'main', command, {
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
    ...options,
  });
const run = async (
  command: readonly string[],
  input?: string,
): Promise<{ readonly out: string; readonly err: string; readonly exitCode: number }> => {
  const process = await exec(command, { stdin: input !== undefined });
  if (input !== undefined) await process.write(Buffer.from(input));
  process.endInput();
  const [out, err, { exitCode }] = await Promise.all([
    textOf(process.stdout),
    textOf(process.stderr),
    process.exit,
  ]);
  return { out, err, exitCode };
};
/** Processes of this machine that belong to this fixture's containers. */
const leftovers = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(fixture.folder) ||
          readFileSync(`/proc/${pid}/environ`, 'latin1').includes(fixture.folder)
        );
      } catch {
        return false;
      }
    });

afterEach(async () => {
  await fixture.stop();
  expect(leftovers()).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(fixture.folder);
  expect(existsSync(fixture.folder)).toBe(false);
});

describe.each(['auto', 'off'] as const)('real processes, namespaces %s', (namespaces) => {
  beforeEach(() => begin(namespaces));

  it('reports exit codes, messages and logs of a container', async () => {
    fixture.create({
      containers: [
        {
          ...sh('echo out; echo err >&2; echo again > /dev/stdout; exit 3'),
          terminationMessagePolicy: 'FallbackToLogsOnError',
        },
      ],
    });
    await over();
    expect(fixture.status().phase).toBe('Failed');
    const { terminated } = fixture.container('main').state;
    expect(terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(terminated?.message?.split('\n').toSorted()).toEqual(['', 'again', 'err', 'out']);
    expect((await logs()).split('\n').toSorted()).toEqual(['', 'again', 'err', 'out']);
    expect(await logs({ limitBytes: 2 })).toHaveLength(2);
    expect(await logs({ timestamps: true, tailLines: 1 })).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \w+\n$/u,
    );
  });

  it('expands variables in order and in the command', async () => {
    fixture.create({
      containers: [
        {
          command: ['sh', '-c', 'echo "$(B) $$B $C"; echo \'$$(B)\''],
          env: [
            { name: 'A', value: 'a' },
            { name: 'B', value: '$(A)b' },
            { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
        },
      ],
    });
    await over();
    expect(await logs()).toBe('ab ab pod\n$(B)\n');
  });

  it('runs commands in a running container, with their own streams and exit codes', async () => {
    fixture.create({ containers: [{ command: ['sleep', '100'] }] });
    await running();
    expect(await run(['sh', '-c', 'cat; echo e >&2; exit 7'], 'input')).toEqual({
      out: 'input',
      err: 'e\n',
      exitCode: 7,
    });
    const endless = await exec(['sleep', '100']);
    endless.kill();
    expect((await endless.exit).exitCode).toBe(137);
    await expect(
      fixture.kubelet.node.exec(needPod(), 'other', ['true'], {
        stdin: false,
        stdout: true,
        stderr: true,
        tty: false,
      }),
    ).rejects.toThrow('container not found ("other")');
  });

  it.each([
    ['keeps its input open when who attached leaves', false, 'got one got two '],
    ['ends its input with who attached, if it is for once', true, 'got one over'],
  ])('%s', async (_what, stdinOnce, expected) => {
    const script = 'while read -r word; do printf "got $word "; done; printf over; sleep 100';
    fixture.create({ containers: [{ ...sh(script), stdin: true, stdinOnce }] });
    await running();
    const attach = (): Promise<ContainerProcess> =>
      fixture.kubelet.node.attach(needPod(), 'main', {
        stdin: true,
        stdout: true,
        stderr: false,
        tty: false,
      });
    const witness = await attach();
    const seen = (async () => {
      let text = '';
      for await (const chunk of witness.stdout) {
        text += Buffer.from(chunk).toString();
        if (text.includes(expected)) return;
      }
      throw new Error(`only ${text}`);
    })();
    for (const word of ['one', 'two']) {
      const guest = await attach();
      await guest.write(Buffer.from(`${word}\n`));
      guest.endInput();
      if (stdinOnce) break;
    }
    await seen;
  });

  it('gives the terminal of a container the size of who attaches', async () => {
    const size = 'until [ "$(stty size)" = "33 111" ]; do sleep 0.05; done; printf fits';
    fixture.create({ containers: [{ ...sh(size), stdin: true, tty: true }] });
    await running();
    const guest = await fixture.kubelet.node.attach(needPod(), 'main', {
      stdin: true,
      stdout: true,
      stderr: false,
      tty: true,
    });
    guest.resize(111, 33);
    expect(await textOf(guest.stdout)).toContain('fits');
  });

  it('connects to a port on which a container listens, and says when none does', async () => {
    const server = createServer((_request, response) => void response.end('hello'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    fixture.create({ containers: [{ command: ['sleep', '100'] }] });
    await running();
    const socket = await fixture.kubelet.node.connect(needPod(), port);
    socket.end('GET / HTTP/1.0\r\n\r\n');
    expect(await textOf(socket as AsyncIterable<Uint8Array>)).toContain('hello');
    await new Promise((resolve) => void server.close(resolve));
    await expect(fixture.kubelet.node.connect(needPod(), port)).rejects.toThrow(
      `dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  it('gives a command a terminal of the wanted size', async () => {
    fixture.create({ containers: [{ command: ['sleep', '100'] }] });
    await running();
    const shell = await exec(['sh', '-c', 'read go; stty size; tty; exit 4'], {
      stdin: true,
      tty: true,
    });
    shell.resize(111, 33);
    // The size arrives a moment later and nobody says when; the command looks until it is there.
    const sized = await exec([
      'sh',
      '-c',
      'i=0; while [ $i -lt 200 ]; do for t in /dev/pts/[0-9]*; do [ "$(stty -F $t size 2>/dev/null)" = "33 111" ] && exit 0; done; i=$((i+1)); sleep 0.02; done; exit 1',
    ]);
    expect((await sized.exit).exitCode).toBe(0);
    await shell.write(Buffer.from('go\n'));
    const seen = await textOf(shell.stdout);
    expect(seen).toContain('33 111');
    expect(seen).toContain('/dev/pts/');
    expect((await shell.exit).exitCode).toBe(4);
  });

  it('follows a log to its end', async () => {
    fixture.create({
      containers: [
        sh(
          'i=0; while [ $i -lt 50 ]; do echo line $i; i=$((i+1)); [ $((i % 10)) != 0 ] || sleep 0.02; done; printf tail',
        ),
      ],
    });
    await running();
    const text = await logs({ follow: true });
    expect(text.split('\n')).toHaveLength(51);
    expect(text.endsWith('line 49\ntail')).toBe(true);
  });

  it('keeps the log of the life before a restart', async () => {
    fixture.create({
      restartPolicy: 'OnFailure',
      containers: [
        sh(`[ -e ${fixture.folder}/once ] && { echo second; exec sleep 100; }; echo first; exit 1`),
      ],
    });
    await fixture.until('crashed', () => fixture.container('main').restartCount === 1);
    expect(await logs({ previous: true })).toBe('first\n');
  });

  it('ends a container that ignores SIGTERM after its grace period', async () => {
    fixture.create({ containers: [sh('trap "" TERM; echo ready; while :; do sleep 0.05; done')] });
    await running();
    fixture.remove(1);
    await fixture.until('pod gone', () => fixture.pod() === undefined);
  });

  it('fails a container whose command does not exist', async () => {
    fixture.create({ containers: [{ command: ['does-not-exist'] }] });
    await over();
    expect(fixture.container('main').state.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 128,
      message: expect.stringContaining('executable file not found in $PATH') as string,
    });
  });

  it('fails a container of this machine that has no command', async () => {
    fixture.create({ containers: [{}] });
    await fixture.until(
      'refused',
      () => fixture.container('main').state.waiting?.reason === 'CreateContainerError',
    );
    expect(fixture.container('main').state.waiting?.message).toBe('no command specified');
  });

  it('probes by HTTP', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.statusCode = requests === 1 ? 500 : 200;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    fixture.create({
      containers: [
        {
          command: ['sleep', '100'],
          readinessProbe: { httpGet: { path: '/up', port }, periodSeconds: 0.1 },
        },
      ],
    });
    await fixture.until('ready', () => fixture.container('main').ready);
    expect(fixture.events()).toContain(
      'Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500',
    );
    server.close();
  });

  it('leaves nothing after fifty pods in sequence', async () => {
    const times: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      const began = performance.now();
      fixture.create({
        volumes: [{ name: 'v', emptyDir: {} }],
        containers: [sh('sleep 100 & exec sleep 100')],
      });
      await running();
      times.push(performance.now() - began);
      fixture.remove(0);
      fixture.kubelet.killContainer({ namespace: 'default', name: 'pod' }, 'main');
      await fixture.until('pod gone', () => fixture.pod() === undefined);
    }
    const median = times.toSorted((left, right) => left - right)[25] ?? 0;
    expect(median).toBeLessThan(5000);
    await fixture.kubelet.stop();
    await runtime.dispose();
    expect(leftovers()).toEqual([]);
    expect(readdirSync(fixture.folder)).toEqual([]);
  });
});

describe('without namespaces', () => {
  beforeEach(() => begin('off'));

  it('shows volumes below the mount prefix', async () => {
    const at = `${runtime.mountPrefix}/builds`;
    fixture.create({
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [
        { ...sh(`echo hi > ${at}/f; cat ${at}/f`), volumeMounts: [{ name: 'v', mountPath: at }] },
      ],
    });
    await over();
    expect(await logs()).toBe('hi\n');
    expect(existsSync(at)).toBe(false);
  });

  it('refuses another mount path with the reason', async () => {
    fixture.create({
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [{ ...sh('true'), volumeMounts: [{ name: 'v', mountPath: '/builds' }] }],
    });
    await fixture.until(
      'refused',
      () => fixture.container('main').state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(fixture.container('main').state.waiting?.message).toContain(
      'mount path /builds needs a private mount namespace, which this machine refuses: they are switched off',
    );
  });
});

describe('with namespaces', () => {
  beforeEach(async (context) => {
    await begin('auto');
    context.skip(refused !== '', `this machine refuses namespaces: ${refused}`);
  });

  it('mounts secrets, config maps, claims, projections and sub paths where the pod wants them', async () => {
    fixture.store.create(secretType, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { k: 'c2VjcmV0' },
    });
    fixture.store.create(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'default' },
      data: { a: '1', b: '2' },
    });
    fixture.store.create(claimType, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: {},
    });
    fixture.create({
      volumes: [
        { name: 's', secret: { secretName: 's', defaultMode: 0o400 } },
        { name: 'm', configMap: { name: 'm', items: [{ key: 'b', path: 'deep/b' }] } },
        { name: 'c', persistentVolumeClaim: { claimName: 'c' } },
        {
          name: 'p',
          projected: {
            sources: [
              { serviceAccountToken: { path: 'token' } },
              {
                downwardAPI: {
                  items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }],
                },
              },
            ],
          },
        },
      ],
      containers: [
        {
          ...sh(
            'cat /var/run/secrets/x/k; stat -Lc %a /var/run/secrets/x/k; cat /m/deep/b; cat /p/token /p/name; echo w > /c/f; ls /c; ls /whole; (echo no > /m/deep/b) 2>/dev/null || echo readonly; echo done > /dev/termination-log',
          ),
          volumeMounts: [
            { name: 's', mountPath: '/var/run/secrets/x' },
            { name: 'm', mountPath: '/m' },
            { name: 'p', mountPath: '/p' },
            { name: 'c', mountPath: '/c', subPath: 'sub/way' },
            { name: 'c', mountPath: '/whole' },
          ],
        },
      ],
    });
    await over();
    expect(await logs()).toBe('secret400\n2tokenpodf\nsub\nreadonly\n');
    expect(fixture.container('main').state.terminated?.message).toBe('done\n');
    expect(
      fixture.store.get({ type: claimType, namespace: 'default', name: 'c' })?.['status'],
    ).toMatchObject({ phase: 'Bound' });
    expect(existsSync('/run/secrets/x')).toBe(false);
  });

  it('gives a container its own hosts, hostname, processes and private folders', async () => {
    fixture.create({
      hostname: 'box',
      hostAliases: [{ ip: '127.0.0.1', hostnames: ['db', 'cache'] }],
      containers: [
        sh(
          'hostname; grep db /etc/hosts; echo $$$$; ls -A /root /home/ /tmp; ls /proc | grep -c "^[0-9]"; echo x > /etc/made; ls /etc/made',
        ),
      ],
    });
    await over();
    const [hostname, alias, pid, ...rest] = (await logs()).split('\n');
    expect([hostname, alias, pid]).toEqual(['box', '127.0.0.1\tdb\tcache', '1']);
    expect(rest.slice(0, 5)).toEqual(['/home/:', '', '/root:', '', '/tmp:']);
    expect(existsSync('/etc/made')).toBe(false);
  });

  it('names other pods in /etc/hosts, also those that come while the container runs', async () => {
    fixture.store.create(serviceType, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'net', namespace: 'default' },
      spec: { clusterIP: 'None', selector: { task: '7' } },
    });
    const isReady = (name: string): boolean =>
      fixture
        .status(name)
        .conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    const named = (name: string): void => {
      fixture.create({ hostname: name, subdomain: 'net', containers: [sh('sleep 60')] }, name);
      // Where nothing admits pods, labels are given afterwards.
      fixture.store.update({ type: podType, namespace: 'default', name }, (object) => ({
        ...object,
        metadata: { ...object.metadata, labels: { task: '7' } },
      }));
    };
    named('first');
    await fixture.until('first is ready', () => isReady('first'));
    fixture.create({
      dnsConfig: { searches: ['net.default.svc.cluster.local'] },
      containers: [
        sh(
          'grep -w first /etc/hosts; until grep -qw second /etc/hosts; do sleep 0.05; done; echo came; while grep -qw first /etc/hosts; do sleep 0.05; done; echo went; head -n 2 /etc/hosts',
        ),
      ],
    });
    await fixture.until('it runs', () => fixture.status().phase === 'Running');
    named('second');
    await fixture.until('second is ready', () => isReady('second'));
    fixture.remove(0, 'first');
    await over();
    const [names, ...rest] = (await logs()).split('\n');
    expect(names).toBe(
      '127.0.0.1\tfirst.net.default.svc.cluster.local\tfirst.net\tfirst.net.default\tfirst.net.default.svc\tfirst',
    );
    expect(rest).toEqual([
      'came',
      'went',
      '# Kubernetes-managed hosts file.',
      '127.0.0.1\tlocalhost',
      '',
    ]);
  });

  it('runs as the wanted user', async () => {
    fixture.create({
      securityContext: { runAsUser: 4242, runAsGroup: 4343 },
      containers: [sh('id -u; id -g; echo x > /dev/stdout')],
    });
    await over();
    expect(await logs()).toBe('4242\n4343\nx\n');
  });

  it('runs an unpacked image and is not led out of it by links', async () => {
    const image = join(fixture.folder, 'images', 'registry.test_tool_1');
    const outside = join(fixture.folder, 'outside');
    mkdirSync(join(image, 'rootfs', 'bin'), { recursive: true });
    mkdirSync(outside);
    mkdirSync(join(image, 'rootfs', 'var'));
    symlinkSync(outside, join(image, 'rootfs', 'var', 'run'));
    for (const file of filesOf('/bin/sh')) {
      mkdirSync(dirname(join(image, 'rootfs', file)), { recursive: true });
      copyFileSync(file, join(image, 'rootfs', file));
    }
    writeFileSync(
      join(image, 'config.json'),
      JSON.stringify({
        config: {
          Entrypoint: ['/bin/sh', '-c'],
          Cmd: ['echo "$GREETING $(pwd)"; read x < /var/run/v/f; echo $x'],
          Env: ['GREETING=hello'],
          WorkingDir: '/srv/deep',
        },
      }),
    );
    fixture.store.create(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', namespace: 'default' },
      data: { f: 'inside\n' },
    });
    fixture.create({
      volumes: [{ name: 'v', configMap: { name: 'm' } }],
      containers: [
        { image: 'registry.test/tool:1', volumeMounts: [{ name: 'v', mountPath: '/var/run/v' }] },
      ],
    });
    await over();
    expect(await logs()).toBe('hello /srv/deep\ninside\n');
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(image, 'rootfs', 'srv'))).toBe(false);
  });
});

/** A program and the libraries it is linked to. */
function filesOf(program: string): readonly string[] {
  const linked = execFileSync('sh', ['-c', `ldd ${program}`], { encoding: 'utf8' });
  return [program, ...[...linked.matchAll(/(\/\S+) \(0x/gu)].flatMap(([, file]) => file ?? [])];
}
