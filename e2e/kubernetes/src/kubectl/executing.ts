import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { pod } from './manifests.ts';

/** `kubectl exec`, `attach`, `run -i` and `cp`. */
export const executingSuite: KubectlSuite = defineKubectlSuite('runs commands', (bench) => {
  let kubectl: Kubectl;
  let image: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    image = bench.cluster().images.shell;
    await kubectl.create(pod('host', { image }));
    await kubectl.create(pod('echo', { image, program: loop, container: { stdin: true } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/host', 'pod/echo', '--timeout=90s');
  });

  it('and tells their streams apart', async () => {
    const end = await kubectl.run(['exec', 'host', '--', 'sh', '-c', 'echo out; echo err >&2']);
    expect(end).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it.each([
    ['a WebSocket', {}],
    ['SPDY, as older clients do', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }],
  ])('over %s', async (_way, env) => {
    const program = 'cat; echo err >&2; exit 3';
    const end = await kubectl.run(['exec', '-v=5', '-i', 'host', '--', 'sh', '-c', program], {
      env,
      input: 'typed',
    });
    expect(end).toMatchObject({ exitCode: 3, stdout: 'typed' });
    expect(end.stderr).toContain('err\n');
    // Without a word it would try the older way when the newer one fails.
    expect(end.stderr).not.toContain('fallback');
  });

  it.each([1, 7, 137, 255])('and ends with their exit code %i', async (code) => {
    const end = await kubectl.run(['exec', 'host', '--', 'sh', '-c', `exit ${code}`]);
    expect(end).toEqual({
      exitCode: code,
      stdout: '',
      stderr: `command terminated with exit code ${code}\n`,
    });
  });

  it('and hands them their standard input to its end', async () => {
    const end = await kubectl.run(['exec', '-i', 'host', '--', 'sh', '-c', 'cat; echo over'], {
      input: 'a\nb',
    });
    expect(end).toEqual({ exitCode: 0, stdout: 'a\nbover\n', stderr: '' });
  });

  it('and gives them no input when none is asked for', async () => {
    const end = await kubectl.run(['exec', 'host', '--', 'sh', '-c', 'cat; echo over'], {
      input: 'lost',
    });
    expect(end).toEqual({ exitCode: 0, stdout: 'over\n', stderr: '' });
  });

  it('and carries a megabyte both ways unharmed', async () => {
    const text = Array.from(
      { length: 20_000 },
      (_, line) => `line ${line} of a long text that has to arrive whole\n`,
    ).join('');
    const { stdout } = await kubectl.run(['exec', '-i', 'host', '--', 'cat'], { input: text });
    expect(stdout === text).toBe(true);
  });

  it('and passes arguments as they are', async () => {
    const words = ['a b', '$HOME', "it's", '"', '*', 'ü', ''];
    const end = await kubectl.run(['exec', 'host', '--', 'printf', '%s|', ...words]);
    expect(end.stdout).toBe(words.map((word) => `${word}|`).join(''));
  });

  it('and answers while they run', async () => {
    const session = kubectl.start(['exec', '-i', 'host', '--', 'sh', '-c', loop]);
    session.write('one\n');
    await session.shows(/^got one\n/u);
    session.write('two\n');
    await session.shows(/^got two\n/mu);
    session.endInput();
    expect((await session.ended).exitCode).toBe(0);
  });

  it('on a terminal', async () => {
    const session = kubectl.startOnTerminal(
      `exec -it host -- sh -c 'test -t 0 && test -t 1 && echo terminal; read word; echo "got $word"; exit 5'`,
    );
    await session.shows(/terminal\r?\n/u);
    session.write('hello\n');
    await session.shows(/got hello\r?\n/u);
    expect((await session.ended).exitCode).toBe(5);
  });

  it('on a terminal of the size of its own', async () => {
    const session = kubectl.startOnTerminal(
      `exec -it host -- sh -c 'until test "$(stty size)" = "33 101"; do sleep 0.1; done; echo fits'`,
      'stty rows 33 cols 101',
    );
    await session.shows(/fits\r?\n/u);
    expect((await session.ended).exitCode).toBe(0);
  });

  it('and stops them by Ctrl-C on their terminal', async () => {
    const session = kubectl.startOnTerminal(
      `exec -it host -- sh -c 'trap "echo stopped; exit 9" INT; echo ready; while :; do sleep 0.1; done'`,
    );
    await session.shows(/ready\r?\n/u);
    session.write('\u0003');
    await session.shows(/stopped\r?\n/u);
    expect((await session.ended).exitCode).toBe(9);
  });

  it('refuses what cannot be run', async () => {
    const missing = await kubectl.refused('exec', 'host', '--', 'no-such-program');
    expect(missing).toContain('no-such-program');
    expect(await kubectl.refused('exec', 'host', '-c', 'other', '--', 'true')).toBe(
      'error: container other is not valid for pod host out of: main\n',
    );
    expect(await kubectl.refused('exec', 'nobody', '--', 'true')).toBe(
      'Error from server (NotFound): pods "nobody" not found\n',
    );
  });

  it('refuses to run in a pod that is over', async () => {
    await kubectl.create(
      pod('over', { image, program: 'exit 0', spec: { restartPolicy: 'Never' } }),
    );
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/over',
      '--timeout=90s',
    );
    expect(await kubectl.refused('exec', 'over', '--', 'true')).toContain(
      'cannot exec into a container in a completed pod; current phase is Succeeded',
    );
  });

  it('joins the streams of a container that runs', async () => {
    const session = kubectl.start(['attach', '-i', 'echo']);
    session.write('word\n');
    await session.shows(/^got word\n/mu);
    await session.interrupt();
    await kubectl.start(['logs', '-f', 'echo']).shows(/^got word\n/mu);
  });

  it('runs a pod, talks to it, tells its exit code and removes it', async () => {
    const args = [
      'run',
      'guest',
      `--image=${image}`,
      '--image-pull-policy=IfNotPresent',
      '--restart=Never',
      '--rm',
      '-i',
      '--quiet',
    ];
    const program = 'read word; echo "got $word"; exit 6';
    const end = await kubectl.run([...args, '--command', '--', 'sh', '-c', program], {
      input: 'hello\n',
    });
    expect(end.stdout).toContain('got hello\n');
    expect(end.stderr).not.toContain('attach');
    expect(end.exitCode).toBe(6);
    await kubectl.read('wait', '--for=delete', 'pod/guest', '--timeout=60s');
  });

  it('runs a pod on a terminal that is as large as the user’s', async () => {
    const args = `--image=${image} --image-pull-policy=IfNotPresent --restart=Never --rm -it`;
    const size = `until test "$(stty size)" = "33 101"; do sleep 0.1; done`;
    const program = `test -t 0 && echo terminal; ${size}; read -r word; echo "got $word"; exit 6`;
    const session = kubectl.startOnTerminal(
      `run guest-on-terminal ${args} --command -- sh -c '${program}'`,
      'stty rows 33 cols 101',
    );
    session.write('hello\n');
    await session.shows(/got hello\r?\n/u);
    expect((await session.ended).exitCode).toBe(6);
    await kubectl.read('wait', '--for=delete', 'pod/guest-on-terminal', '--timeout=60s');
  });

  it('copies files in and out', async () => {
    const folder = await bench.files({
      'in/a.txt': 'alpha',
      'in/deep/b.bin': '\u0000\u0001beta',
    });
    await kubectl.read('cp', `${folder}/in`, 'host:/tmp/copied');
    const end = await kubectl.read(
      'exec',
      'host',
      '--',
      'sh',
      '-c',
      'cat /tmp/copied/a.txt; echo more >> /tmp/copied/a.txt',
    );
    expect(end).toBe('alpha');
    await kubectl.read('cp', 'host:/tmp/copied', `${folder}/out`);
    expect(await readFile(`${folder}/out/a.txt`, 'utf8')).toBe('alphamore\n');
    expect(await readFile(`${folder}/out/deep/b.bin`, 'utf8')).toBe('\u0000\u0001beta');
  });
});

const loop = 'while read -r word; do echo "got $word"; done';
