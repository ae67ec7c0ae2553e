import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { pod, wait } from './manifests.ts';

/** `kubectl logs`. */
export const loggingSuite: KubectlSuite = defineKubectlSuite('reads logs', (bench) => {
  let kubectl: Kubectl;
  let image: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    image = bench.cluster().images.shell;
    // The lines of the first lie two seconds apart, because the API's times are whole seconds.
    const programs = {
      slow: `echo early >&2; sleep 2; echo late; echo last; ${wait}`,
      quick: `echo one; echo two; echo three; ${wait}`,
    };
    await kubectl.create(pod('talker', { image, labels: { app: 'talker' }, programs }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/talker', '--timeout=90s');
    const follow = kubectl.start(['logs', 'talker', '-c', 'slow', '-f']);
    await follow.shows(/last\n/u);
    await follow.interrupt();
  });

  it('of one container, both streams', async () => {
    expect(await kubectl.read('logs', 'talker', '-c', 'slow')).toBe('early\nlate\nlast\n');
    expect(await kubectl.read('logs', 'talker', 'quick')).toBe('one\ntwo\nthree\n');
  });

  it('of the first container when none is named', async () => {
    const { stdout, stderr } = await kubectl.run(['logs', 'talker']);
    expect(stdout).toBe('early\nlate\nlast\n');
    expect(stderr).toBe('Defaulted container "slow" out of: slow, quick\n');
  });

  it('of all containers, with who said what', async () => {
    const all = await kubectl.read('logs', 'talker', '--all-containers', '--prefix');
    expect(all.split('\n')).toEqual(
      expect.arrayContaining(['[pod/talker/slow] late', '[pod/talker/quick] two']),
    );
    const chosen = await kubectl.read('logs', '-l', 'app=talker', '-c', 'quick', '--tail=-1');
    expect(chosen).toBe('one\ntwo\nthree\n');
  });

  it('from the end', async () => {
    expect(await kubectl.read('logs', 'talker', '-c', 'slow', '--tail=2')).toBe('late\nlast\n');
    expect(await kubectl.read('logs', 'talker', '-c', 'slow', '--tail=0')).toBe('');
    expect(await kubectl.read('logs', 'talker', '-c', 'quick', '--tail=1')).toBe('three\n');
  });

  it('up to a number of bytes', async () => {
    expect(await kubectl.read('logs', 'talker', '-c', 'slow', '--limit-bytes=8')).toBe('early\nla');
  });

  it('with the time of each line, and from a time on', async () => {
    const stamped = await kubectl.read('logs', 'talker', '-c', 'slow', '--timestamps');
    const lines = stamped
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    expect(lines.map(([, text]) => text)).toEqual(['early', 'late', 'last']);
    for (const [time] of lines)
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)$/u);
    const late = new Date(lines[1]?.[0] ?? '').toISOString().replace(/\.\d+Z$/u, 'Z');
    expect(await kubectl.read('logs', 'talker', '-c', 'slow', `--since-time=${late}`)).toBe(
      'late\nlast\n',
    );
    expect(await kubectl.read('logs', 'talker', '-c', 'slow', '--since=1h')).toBe(
      'early\nlate\nlast\n',
    );
  });

  it('followed to the end of the container, whose last line has none', async () => {
    const program = `echo first; ${until('/tmp/go')}; echo second; printf open; exit 4`;
    await kubectl.create(pod('short', { image, program, spec: { restartPolicy: 'Never' } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/short', '--timeout=90s');
    const follow = kubectl.start(['logs', '-f', 'short', '--tail=1']);
    await follow.shows(/^first\n/u);
    await kubectl.read('exec', 'short', '--', 'touch', '/tmp/go');
    expect(await follow.ended).toEqual({
      exitCode: 0,
      stdout: 'first\nsecond\nopen',
      stderr: '',
    });
    expect(await kubectl.read('logs', 'short')).toBe('first\nsecond\nopen');
  });

  it('of the life before', async ({ skip }) => {
    skip(
      bench.cluster().mountPrefix !== undefined,
      'containers have no process numbers of their own here',
    );
    const program = `cat /proc/sys/kernel/random/uuid; trap 'exit 3' TERM; sleep 3600 & wait`;
    await kubectl.create(pod('phoenix', { image, program }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/phoenix', '--timeout=90s');
    const before = kubectl.start(['logs', '-f', 'phoenix']);
    const [life] = await before.shows(/^[-\da-f]{36}\n/u);
    await before.interrupt();
    expect(await kubectl.refused('logs', 'phoenix', '--previous')).toContain(
      'previous terminated container "main" in pod "phoenix" not found',
    );
    // The command may end with its container.
    await kubectl.run(['exec', 'phoenix', '--', 'sh', '-c', 'kill -TERM 1']);
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
      'pod/phoenix',
      '--timeout=90s',
    );
    expect(await kubectl.read('logs', 'phoenix', '--previous')).toBe(life);
    const now = kubectl.start(['logs', '-f', 'phoenix']);
    const [next] = await now.shows(/^[-\da-f]{36}\n/u);
    expect(next).not.toBe(life);
  });

  it('of a container that ran before the others', async () => {
    const initContainers = [
      {
        name: 'prepare',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', 'echo prepared'],
      },
    ];
    await kubectl.create(
      pod('staged', {
        image,
        program: 'echo main',
        spec: { initContainers, restartPolicy: 'Never' },
      }),
    );
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/staged',
      '--timeout=90s',
    );
    expect(await kubectl.read('logs', 'staged', '-c', 'prepare')).toBe('prepared\n');
    const all = await kubectl.read('logs', 'staged', '--all-containers');
    // kubectl takes the containers in no order.
    expect(all.split('\n').toSorted()).toEqual(['', 'main', 'prepared']);
  });

  it('says why there is none', async () => {
    expect(await kubectl.refused('logs', 'nobody')).toContain('pods "nobody" not found');
    expect(await kubectl.refused('logs', 'talker', '-c', 'other')).toBe(
      'error: container other is not valid for pod talker out of: slow, quick\n',
    );
  });
});

const until = (file: string): string => `until test -e ${file}; do sleep 0.1; done`;
