import { createFakeClock, type FakeClock } from '@millrace/async';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../contracts.ts';
import type { ContainerProgram, ImageProgram } from '../runtime/scripted/container-program.ts';
import { createScriptedRuntime } from '../runtime/scripted/create-scripted-runtime.ts';
import { keyOf } from '../store/object-meta.ts';
import { eventType, podType, secretType } from '../store/resource-types.ts';
import { createStore } from '../store/store.ts';
import { silentLogger, startFixture, type KubeletFixture } from './kubelet-fixture.test.support.ts';
import { startKubelet } from './start-kubelet.ts';

type Program = (spec: ContainerSpec, life: number) => ContainerProgram;

let clock: FakeClock;
let fixture: KubeletFixture;
let program: Program;
let images: Record<string, ImageProgram>;

beforeEach(async () => {
  clock = createFakeClock(Date.UTC(2026, 0, 1));
  program = () => ({});
  images = {};
  fixture = await startFixture(clock, () =>
    createScriptedRuntime({ clock, images, program: (spec, life) => program(spec, life) }),
  );
});
afterEach(async () => {
  const stopped = fixture.stop();
  await clock.advance(60_000);
  await stopped;
});

const condition = (type: string): string | undefined =>
  fixture.status().conditions?.find((candidate) => candidate.type === type)?.status;

describe('the course of a pod', () => {
  it('goes from creating over running to succeeded, with the events of a kubelet', async () => {
    program = () => ({ startDelay: 100, steps: [{ after: 1000, exit: 0 }] });
    fixture.create({ containers: [{ name: 'build' }] });
    expect(fixture.container('build').state.waiting?.reason).toBe('ContainerCreating');
    expect(fixture.status()).toMatchObject({
      phase: 'Pending',
      qosClass: 'BestEffort',
      startTime: '2026-01-01T00:00:00Z',
    });
    await clock.advance(100);
    expect(fixture.status()).toMatchObject({ phase: 'Running', podIP: '127.0.0.1' });
    expect(fixture.container('build')).toMatchObject({
      ready: true,
      started: true,
      restartCount: 0,
    });
    expect([
      condition('Ready'),
      condition('ContainersReady'),
      condition('Initialized'),
      condition('PodScheduled'),
    ]).toEqual(['True', 'True', 'True', 'True']);
    await clock.advance(1000);
    expect(fixture.status().phase).toBe('Succeeded');
    expect(fixture.container('build').state.terminated).toMatchObject({
      reason: 'Completed',
      exitCode: 0,
    });
    expect(fixture.events()).toEqual([
      'Normal Pulling Pulling image "busybox"',
      'Normal Pulled Successfully pulled image "busybox" in 0ms (0ms including waiting). Image size: 0 bytes.',
      'Normal Created Container created',
      'Normal Started Container started',
    ]);
  });

  it('runs init containers one after the other before the main ones', async () => {
    program = ({ name }) => (name === 'main' ? {} : { steps: [{ after: 1000, exit: 0 }] });
    fixture.create({
      initContainers: [
        { name: 'one', image: 'a' },
        { name: 'two', image: 'a' },
      ],
      containers: [{}],
    });
    await clock.advance(500);
    expect(fixture.container('two').state.waiting?.reason).toBe('PodInitializing');
    expect(fixture.status().phase).toBe('Pending');
    await clock.advance(1000);
    expect(fixture.container('two').state.running).toBeDefined();
    expect(condition('Initialized')).toBe('False');
    await clock.advance(1000);
    expect(fixture.status().phase).toBe('Running');
    expect(condition('Initialized')).toBe('True');
  });

  it('fails when an init container fails and nothing may be restarted', async () => {
    program = () => ({ steps: [{ after: 10, exit: 3 }] });
    fixture.create({ initContainers: [{ name: 'one', image: 'a' }], containers: [{}] });
    await clock.advance(100);
    expect(fixture.status().phase).toBe('Failed');
    expect(fixture.container('main').state.waiting?.reason).toBe('PodInitializing');
  });

  it('starts main containers once a sidecar has started, and stops it after them', async () => {
    program = ({ name }) =>
      name === 'proxy' ? { startDelay: 500 } : { steps: [{ after: 1000, exit: 0 }] };
    fixture.create({
      initContainers: [{ name: 'proxy', image: 'a', restartPolicy: 'Always' }],
      containers: [{}],
    });
    await clock.advance(499);
    expect(fixture.container('main').state.waiting).toBeDefined();
    await clock.advance(10);
    expect(fixture.container('main').state.running).toBeDefined();
    await clock.advance(1000);
    expect(fixture.container('proxy').state.terminated?.exitCode).toBe(143);
    expect(fixture.status().phase).toBe('Succeeded');
  });

  it('ends after its active deadline', async () => {
    fixture.create({ activeDeadlineSeconds: 5, containers: [{}] });
    await clock.advance(5100);
    expect(fixture.status()).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  it('ends after a deadline that comes, or changes, while it runs', async () => {
    const pod = fixture.create({ containers: [{}] });
    const limit = (seconds: number): unknown =>
      fixture.store.update(keyOf(podType, pod), (object) => ({
        ...object,
        spec: { ...(object['spec'] as object), activeDeadlineSeconds: seconds },
      }));
    await clock.advance(5000);
    limit(60);
    await clock.advance(5000);
    limit(20);
    await clock.advance(9000);
    expect(fixture.status().phase).toBe('Running');
    await clock.advance(1100);
    expect(fixture.status()).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  it('is ready when somebody has opened its gates', async () => {
    const pod = fixture.create({
      readinessGates: [{ conditionType: 'example.com/open' }],
      containers: [{}],
    });
    await clock.advance(100);
    expect([condition('ContainersReady'), condition('Ready')]).toEqual(['True', 'False']);
    const gate = (status: string): unknown =>
      fixture.store.update(keyOf(podType, pod), (object) => {
        const before = object['status'] as { readonly conditions: readonly { type: string }[] };
        const others = before.conditions.filter(({ type }) => type !== 'example.com/open');
        const conditions = [...others, { type: 'example.com/open', status }];
        return { ...object, status: { ...before, conditions } };
      });
    gate('True');
    expect(condition('Ready')).toBe('True');
    gate('False');
    expect(condition('Ready')).toBe('False');
  });

  it('has no ports to connect to', async () => {
    const pod = fixture.create({ containers: [{}] });
    await clock.advance(100);
    await expect(fixture.kubelet.node.connect(pod, 80)).rejects.toThrow(
      'containers of this runtime have no network',
    );
  });

  it('waits for a secret that a variable needs and notices it at once', async () => {
    fixture.create({
      containers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }],
    });
    await clock.advance(0);
    expect(fixture.container('main').state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "s" not found',
    });
    fixture.store.create(secretType, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { k: 'djE=' },
    });
    await clock.advance(0);
    expect(fixture.container('main').state.running).toBeDefined();
  });

  it('says FailedMount while a claim does not exist', async () => {
    fixture.create({
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }],
      containers: [{}],
    });
    await clock.advance(0);
    expect(fixture.events()).toEqual([
      'Warning FailedMount MountVolume.SetUp failed for volume "v" : persistentvolumeclaim "c" not found',
    ]);
    expect(condition('PodReadyToStartContainers')).toBe('False');
  });

  it('refuses grpc probes by name', async () => {
    fixture.create({ containers: [{ readinessProbe: { grpc: { port: 1 } } }] });
    await clock.advance(0);
    expect(fixture.container('main').state.waiting?.message).toContain(
      'grpc probes are not supported',
    );
  });
});

it('takes up pods that were bound before it started', async () => {
  const store = createStore({ clock });
  store.create(podType, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'early', namespace: 'default' },
    spec: { nodeName: 'node', containers: [{ name: 'main', image: 'a' }] },
  });
  const kubelet = startKubelet({
    store,
    clock,
    logger: silentLogger,
    dataDirectory: fixture.folder,
    nodeName: 'node',
    runtime: createScriptedRuntime({ clock }),
    issueToken: () => ({ token: '' }),
  });
  await clock.advance(10);
  expect(store.list(eventType).map((event) => event['reason'])).toHaveLength(4);
  expect(store.list(podType)[0]?.['status']).toMatchObject({ phase: 'Running' });
  await kubelet.stop();
});

describe('restarts', () => {
  it('backs off: at once, then 10 s, then 20 s', async () => {
    const starts: number[] = [];
    program = () => {
      starts.push(clock.monotonic());
      return { steps: [{ after: 0, exit: 1 }] };
    };
    fixture.create({ restartPolicy: 'Always', containers: [{}] });
    await clock.advance(1);
    expect(fixture.container('main')).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(fixture.status().phase).toBe('Running');
    await clock.advance(31_000);
    expect(starts).toEqual([0, 0, 10_000, 30_000]);
    expect(fixture.container('main').restartCount).toBe(3);
    expect(fixture.container('main').state.waiting?.message).toMatch(
      /^back-off 40s restarting failed container=main pod=pod_default\(/u,
    );
  });

  it.each([
    ['OnFailure does not restart what succeeded', 'OnFailure', 0, 'Succeeded', 0],
    ['OnFailure restarts what failed', 'OnFailure', 1, 'Running', 1],
    ['Never restarts nothing', 'Never', 1, 'Failed', 0],
  ] as const)('%s', async (_behaviour, restartPolicy, exit, phase, restarts) => {
    program = (_spec, life) => (life === 0 ? { steps: [{ after: 0, exit }] } : {});
    fixture.create({ restartPolicy, containers: [{}] });
    await clock.advance(100);
    expect(fixture.status().phase).toBe(phase);
    expect(fixture.container('main').restartCount).toBe(restarts);
  });

  it('reports a start that failed as StartError with code 128', async () => {
    program = () => ({
      startError: {
        reason: 'RunContainerError',
        message: 'exec: "x": executable file not found in $PATH',
      },
    });
    fixture.create({ containers: [{}] });
    await clock.advance(0);
    expect(fixture.container('main').state.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 128,
    });
    expect(fixture.status().phase).toBe('Failed');
  });
});

describe('images', () => {
  it('goes from ErrImagePull to ImagePullBackOff and on when the pull succeeds', async () => {
    images['bad:1'] = { pullError: { reason: 'ErrImagePull', message: 'not found', times: 1 } };
    fixture.create({ containers: [{ image: 'bad:1' }] });
    await clock.advance(0);
    expect(fixture.container('main').state.waiting).toEqual({
      reason: 'ErrImagePull',
      message: 'not found',
    });
    await clock.advance(1000);
    expect(fixture.container('main').state.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "bad:1": ErrImagePull: not found',
    });
    await clock.advance(9000);
    expect(fixture.status().phase).toBe('Running');
  });

  it.each(['InvalidImageName', 'ErrImageNeverPull'] as const)(
    'keeps waiting with %s',
    async (reason) => {
      images['x'] = { pullError: { reason, message: 'no' } };
      fixture.create({ containers: [{ image: 'x' }] });
      await clock.advance(25_000);
      expect(fixture.container('main').state.waiting?.reason).toBe(reason);
      expect(fixture.status().phase).toBe('Pending');
    },
  );
});

describe('ends from outside', () => {
  it('lets a deleted pod end in its grace period, then kills it and removes it', async () => {
    program = () => ({ onTerminate: 'ignore' });
    fixture.create({ containers: [{}] });
    await clock.advance(0);
    fixture.remove(30);
    await clock.advance(29_900);
    expect(fixture.container('main').state.running).toBeDefined();
    await clock.advance(200);
    await fixture.until('pod gone', () => fixture.pod() === undefined);
    expect(fixture.events()).toContain('Normal Killing Stopping container main');
  });

  it('shortens the grace period when a second deletion asks for it', async () => {
    program = () => ({ onTerminate: 'ignore' });
    fixture.create({ containers: [{}] });
    await clock.advance(0);
    fixture.remove(300);
    await clock.advance(1000);
    fixture.remove(1);
    await clock.advance(1100);
    await fixture.until('pod gone', () => fixture.pod() === undefined);
  });

  it.each([
    ['while its image cannot be pulled', 'bad:1', {}],
    ['while its container starts', 'good', { startDelay: 5000 }],
    ['while its container never starts', 'good', { neverStarts: true }],
  ])('removes a pod that is deleted %s', async (_when, image, how: ContainerProgram) => {
    images['bad:1'] = { pullError: { reason: 'ErrImagePull', message: 'no' } };
    program = () => how;
    fixture.create({ containers: [{ image }] });
    await clock.advance(3000);
    fixture.remove(30);
    await clock.advance(0);
    await fixture.until('pod gone', () => fixture.pod() === undefined);
  });

  it('runs preStop before the container is told to end', async () => {
    const calls: string[] = [];
    program = () => ({
      exec: (command) => {
        calls.push(`${command.join(' ')} at ${clock.monotonic()}`);
        return 0;
      },
    });
    fixture.create({
      containers: [
        {
          lifecycle: {
            preStop: { exec: { command: ['bye'] } },
            postStart: { exec: { command: ['hi'] } },
          },
        },
      ],
    });
    await clock.advance(10);
    fixture.remove();
    await clock.advance(10);
    await fixture.until('pod gone', () => fixture.pod() === undefined);
    expect(calls).toEqual(['hi at 0', 'bye at 10']);
  });

  it('keeps a pod that has a finalizer until somebody removes that', async () => {
    fixture.create({ containers: [{}] });
    fixture.store.update(
      {
        type: { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
        namespace: 'default',
        name: 'pod',
      },
      (pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers: ['a/b'] } }),
    );
    await clock.advance(0);
    fixture.remove(0);
    await clock.advance(2000);
    await fixture.until(
      'grace is over',
      () => fixture.pod()?.metadata['deletionGracePeriodSeconds'] === 0,
    );
  });

  it('evicts with reason and condition', async () => {
    fixture.create({ containers: [{}] });
    await clock.advance(0);
    expect(
      fixture.kubelet.evict(
        { namespace: 'default', name: 'pod' },
        'The node was low on resource: memory.',
      ),
    ).toBe(true);
    await clock.advance(0);
    expect(fixture.status()).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory.',
    });
    expect(condition('DisruptionTarget')).toBe('True');
  });

  it('kills one container, also as out of memory', async () => {
    fixture.create({ containers: [{ name: 'a' }, { name: 'b' }] });
    await clock.advance(0);
    expect(
      fixture.kubelet.killContainer({ namespace: 'default', name: 'pod' }, 'a', {
        outOfMemory: true,
      }),
    ).toBe(true);
    await clock.advance(0);
    expect(fixture.container('a').state.terminated).toMatchObject({
      reason: 'OOMKilled',
      exitCode: 137,
    });
    expect(fixture.container('b').state.running).toBeDefined();
    expect(fixture.kubelet.killContainer({ namespace: 'default', name: 'pod' }, 'a')).toBe(false);
  });

  it('reports nothing more when the node is lost', async () => {
    fixture.create({ containers: [{}] });
    await clock.advance(0);
    const lost = fixture.kubelet.loseNode();
    await clock.advance(0);
    await clock.advance(1000);
    await lost;
    expect(fixture.status().phase).toBe('Running');
    expect(condition('Ready')).toBe('False');
    fixture.remove(1);
    await clock.advance(5000);
    expect(fixture.pod()).toBeDefined();
  });
});

describe('probes', () => {
  it('is ready only after the readiness probe, and no longer when it fails three times', async () => {
    let healthy = false;
    program = () => ({ exec: () => (healthy ? 0 : 1) });
    fixture.create({
      containers: [{ readinessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } }],
    });
    await clock.advance(2500);
    expect(fixture.container('main').ready).toBe(false);
    healthy = true;
    await clock.advance(1000);
    expect(fixture.container('main').ready).toBe(true);
    healthy = false;
    await clock.advance(2000);
    expect(fixture.container('main').ready).toBe(true);
    await clock.advance(1000);
    expect(fixture.container('main').ready).toBe(false);
    expect(condition('Ready')).toBe('False');
  });

  it('restarts a container whose liveness probe fails, after its startup probe has passed', async () => {
    let up = false;
    program = (_spec, life) => ({
      exec: ([command]) => (command === 'startup' ? (up ? 0 : 1) : life === 0 ? 1 : 0),
    });
    fixture.create({
      restartPolicy: 'Always',
      containers: [
        {
          startupProbe: { exec: { command: ['startup'] }, periodSeconds: 1, failureThreshold: 30 },
          livenessProbe: { exec: { command: ['live'] }, periodSeconds: 1 },
        },
      ],
    });
    await clock.advance(5500);
    expect(fixture.container('main')).toMatchObject({
      started: false,
      ready: false,
      restartCount: 0,
    });
    up = true;
    await clock.advance(4500);
    expect(fixture.container('main')).toMatchObject({
      started: true,
      ready: true,
      restartCount: 1,
    });
    expect(fixture.events()).toContain(
      'Normal Killing Container main failed liveness probe, will be restarted',
    );
  });

  it('counts a probe that does not answer in time as failed', async () => {
    program = () => ({ exec: () => new Promise(() => undefined) });
    fixture.create({
      containers: [{ readinessProbe: { exec: { command: ['check'] }, timeoutSeconds: 2 } }],
    });
    await clock.advance(2500);
    expect(fixture.events()).toContain(
      'Warning Unhealthy Readiness probe failed: command timed out after 2s',
    );
  });
});
