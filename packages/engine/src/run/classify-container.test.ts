import { createFakeClock } from '@millrace/async';
import type { JsonObject, KubeObject, PodVerdict } from '@millrace/core';
import { expect, it } from 'vitest';
import { createContainerClassifier } from './classify-container.ts';

interface Shape {
  readonly spec?: JsonObject;
  readonly init?: readonly JsonObject[];
  readonly state?: JsonObject;
  readonly beside?: JsonObject;
}

const pod = ({ spec = {}, init = [], state, beside }: Shape): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'ci' },
  spec,
  status: {
    phase: 'Pending',
    initContainerStatuses: [...init],
    containerStatuses: [
      ...(beside === undefined ? [] : [{ name: 'beside', state: beside }]),
      ...(state === undefined ? [] : [{ name: 'step', image: 'an-image', state }]),
    ],
  },
});
const waits = (reason: string, message = ''): JsonObject => ({ waiting: { reason, message } });
const exited = (exitCode: number): JsonObject => ({ terminated: { exitCode, reason: 'Error' } });
const sidecar = { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] };
const setup = { initContainers: [{ name: 'setup' }] };

function classifier(): {
  readonly classify: (shape: Shape) => PodVerdict;
  readonly pass: (milliseconds: number) => Promise<void>;
} {
  const clock = createFakeClock();
  const classify = createContainerClassifier('step', { clock, pullGrace: 60_000 });
  return {
    classify: (shape) =>
      classify({ pod: pod(shape), events: [], age: 0, needed: ['step'], userCodeStarted: true }),
    pass: (milliseconds) => clock.advance(milliseconds),
  };
}
const said = (verdict: PodVerdict): string =>
  verdict.verdict === 'failed' || verdict.verdict === 'recreate'
    ? `${verdict.verdict} ${verdict.outcome.reason}`
    : verdict.verdict;

it.each<[string, Shape, string]>([
  ['runs: ready', { state: { running: {} } }, 'ready'],
  ['has ended: ready, its end is told elsewhere', { state: exited(1) }, 'ready'],
  ['is being made: waits', { state: waits('ContainerCreating') }, 'waiting'],
  [
    'runs beside one that cannot: ready',
    { state: { running: {} }, beside: waits('InvalidImageName') },
    'ready',
  ],
  [
    'waits beside one that cannot: waits',
    { state: waits('ContainerCreating'), beside: waits('CrashLoopBackOff') },
    'waiting',
  ],
  [
    'has an image name that is none: failed',
    { state: waits('InvalidImageName') },
    'failed image_name_invalid',
  ],
  ['may not be pulled: failed', { state: waits('ErrImageNeverPull') }, 'failed image_never_pull'],
  [
    'cannot be configured: failed',
    { state: waits('CreateContainerConfigError', 'secret "s" not found') },
    'failed container_config_error',
  ],
  [
    'waits behind an init container that failed: failed',
    { spec: setup, init: [{ name: 'setup', state: exited(2) }], state: waits('PodInitializing') },
    'failed container_terminated',
  ],
  [
    'waits for a sidecar that comes again: waits',
    {
      spec: sidecar,
      init: [{ name: 'proxy', state: waits('CrashLoopBackOff') }],
      state: waits('PodInitializing'),
    },
    'waiting',
  ],
])('a container that %s', (_what, shape, expected) => {
  expect(said(classifier().classify(shape))).toBe(expected);
});

it('a failed pull gets a minute, then fails with the registry’s answer and not with the back-off', async () => {
  const { classify, pass } = classifier();
  const failed = { state: waits('ErrImagePull', 'manifest unknown') };
  const backOff = { state: waits('ImagePullBackOff', 'Back-off pulling image "an-image"') };
  expect(classify(failed)).toEqual({
    verdict: 'waiting',
    note: 'ErrImagePull: "manifest unknown"',
  });
  await pass(59_000);
  expect(said(classify(backOff))).toBe('waiting');
  await pass(1_000);
  expect(classify(backOff)).toMatchObject({
    verdict: 'failed',
    outcome: {
      reason: 'image_pull_failed',
      message: expect.stringContaining('manifest unknown'),
      hint: 'check the image’s name and tag',
    },
  });
});

it('a pull that succeeds in the end is as good as any, and the next trouble has a minute of its own', async () => {
  const { classify, pass } = classifier();
  classify({ state: waits('ErrImagePull', 'i/o timeout') });
  await pass(50_000);
  expect(said(classify({ state: waits('ContainerCreating') }))).toBe('waiting');
  await pass(50_000);
  expect(said(classify({ state: waits('ErrImagePull', 'i/o timeout') }))).toBe('waiting');
  expect(said(classify({ state: { running: {} } }))).toBe('ready');
});
