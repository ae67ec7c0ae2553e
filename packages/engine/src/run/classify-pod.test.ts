import type { JsonObject, KubeObject, PodSnapshot } from '@millrace/core';
import { expect, it } from 'vitest';
import { classifyPod } from './classify-pod.ts';

const pod = (status: JsonObject, metadata: JsonObject = {}, spec: JsonObject = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', ...metadata },
  spec,
  status,
});
const snapshot = (of: KubeObject, events: readonly KubeObject[] = []): PodSnapshot => ({
  pod: of,
  events,
  age: 0,
  needed: ['build', 'helper'],
  userCodeStarted: false,
});
const container = (name: string, state: JsonObject): JsonObject => ({
  name,
  image: `${name}:1`,
  state,
});
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const waiting = (reason: string, message = ''): JsonObject => ({ waiting: { reason, message } });

it.each<[string, KubeObject, string, string]>([
  ['a pod without status waits', pod({}), 'waiting', ''],
  [
    'a pod is ready when all needed containers run',
    pod({
      phase: 'Running',
      containerStatuses: [container('build', running), container('helper', running)],
    }),
    'ready',
    '',
  ],
  [
    'one needed container is not enough',
    pod({
      phase: 'Pending',
      containerStatuses: [
        container('build', running),
        container('helper', waiting('ContainerCreating')),
      ],
    }),
    'waiting',
    '',
  ],
  [
    'a failed pull fails',
    pod({ containerStatuses: [container('build', waiting('ErrImagePull', 'not found'))] }),
    'failed',
    'image_pull_failed',
  ],
  [
    'a pull back-off fails',
    pod({
      containerStatuses: [
        container('build', waiting('ImagePullBackOff', 'Back-off pulling image "build:1"')),
      ],
    }),
    'failed',
    'image_pull_failed',
  ],
  [
    'an image that may not be pulled fails at once',
    pod({ containerStatuses: [container('build', waiting('ErrImageNeverPull', 'not present'))] }),
    'failed',
    'image_never_pull',
  ],
  [
    'an invalid image name fails',
    pod({
      containerStatuses: [
        container('build', waiting('InvalidImageName', 'invalid reference format')),
      ],
    }),
    'failed',
    'image_name_invalid',
  ],
  [
    'a container that cannot be configured fails',
    pod({
      containerStatuses: [
        container('build', waiting('CreateContainerConfigError', 'secret "x" not found')),
      ],
    }),
    'failed',
    'container_config_error',
  ],
  [
    'a container that cannot be started fails',
    pod({ containerStatuses: [container('build', waiting('RunContainerError', 'no such file'))] }),
    'failed',
    'container_start_failed',
  ],
  [
    'a needed container that ended fails',
    pod({
      phase: 'Running',
      containerStatuses: [container('build', { terminated: { exitCode: 1, reason: 'Error' } })],
    }),
    'failed',
    'container_terminated',
  ],
  [
    'one whose first process could not be started is named so',
    pod({
      phase: 'Running',
      containerStatuses: [
        container('build', {
          terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "sh": not found' },
        }),
      ],
    }),
    'failed',
    'container_start_failed',
  ],
  [
    'a signature that is not valid is a failed pull',
    pod({ containerStatuses: [container('build', waiting('SignatureValidationFailed', 'no'))] }),
    'failed',
    'image_pull_failed',
  ],
  [
    'one that ran out of memory is named so',
    pod({
      phase: 'Running',
      containerStatuses: [
        container('build', { terminated: { exitCode: 137, reason: 'OOMKilled' } }),
      ],
    }),
    'failed',
    'oom_killed',
  ],
  [
    'a service that ended changes nothing',
    pod({
      phase: 'Running',
      containerStatuses: [
        container('build', running),
        container('helper', running),
        container('redis', { terminated: { exitCode: 1, reason: 'Error' } }),
      ],
    }),
    'ready',
    '',
  ],
  [
    'a pod that is being deleted fails',
    pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    'failed',
    'pod_deleted',
  ],
  [
    'an evicted pod fails',
    pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }),
    'failed',
    'evicted',
  ],
  [
    'a disrupted pod counts as evicted',
    pod({
      phase: 'Running',
      conditions: [
        { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'm' },
      ],
    }),
    'failed',
    'evicted',
  ],
  [
    'a pod over its deadline timed out',
    pod({ phase: 'Failed', reason: 'DeadlineExceeded' }),
    'failed',
    'job_timeout',
  ],
  [
    'a pod whose node went away fails',
    pod({ phase: 'Failed', reason: 'NodeLost' }),
    'failed',
    'node_lost',
  ],
  [
    'an init container that failed fails',
    pod(
      {
        initContainerStatuses: [
          container('init', { terminated: { exitCode: 2, reason: 'Error' } }),
        ],
      },
      {},
      { initContainers: [{ name: 'init' }] },
    ),
    'failed',
    'container_terminated',
  ],
])('%s', (_behaviour, given, verdict, reason) => {
  const result = classifyPod(snapshot(given));
  expect(result.verdict).toBe(verdict);
  expect(result.verdict === 'failed' ? result.outcome.reason : '').toBe(reason);
});

it('an unschedulable pod waits, and says why', () => {
  const given = pod({
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available',
      },
    ],
  });
  expect(classifyPod(snapshot(given))).toEqual({
    verdict: 'waiting',
    note: 'Unschedulable: "0/1 nodes are available"',
  });
});

it('tells the registry’s answer from the events when the status only says back-off', () => {
  const event: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    type: 'Warning',
    reason: 'Failed',
    message: 'manifest unknown',
    involvedObject: { fieldPath: 'spec.containers{build}' },
  };
  const result = classifyPod(
    snapshot(
      pod({
        containerStatuses: [
          container('build', waiting('ImagePullBackOff', 'Back-off pulling image')),
        ],
      }),
      [event],
    ),
  );
  expect(result).toMatchObject({
    outcome: {
      message: 'pulling image "build:1" for container build: image pull failed: manifest unknown',
    },
  });
});

it.each<[string, string]>([
  ['dial tcp: lookup registry.invalid on 10.0.0.1:53: no such host', 'network'],
  ['tls: failed to verify certificate: x509: unknown authority', 'trust of the nodes'],
  ['failed with status code [manifests 1]: 401 Unauthorized', 'credentials'],
  ['pull access denied, repository does not exist', 'credentials'],
  ['rpc error: code = NotFound desc = team/tool:none: not found', 'tag'],
  ['no space left on device', 'that the cluster may pull it'],
])('a failed pull for “%s” says what to do', (message, hint) => {
  const given = pod({ containerStatuses: [container('build', waiting('ErrImagePull', message))] });
  expect(classifyPod(snapshot(given))).toMatchObject({
    outcome: { hint: expect.stringContaining(hint) },
  });
});

it('an eviction for a limit says which to raise', () => {
  const message = 'Usage of EmptyDir volume "d" exceeds the limit "5Mi". ';
  expect(classifyPod(snapshot(pod({ phase: 'Failed', reason: 'Evicted', message })))).toMatchObject(
    {
      outcome: {
        message: 'pod "ns/p" was evicted: Usage of EmptyDir volume "d" exceeds the limit "5Mi".',
        hint: 'raise the limit that the message names, or use less',
      },
    },
  );
});
