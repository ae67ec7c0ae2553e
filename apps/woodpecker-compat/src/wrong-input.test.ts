import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import {
  explainConfig,
  explainSteps,
  firstSpec,
  podsOf,
  withOptions,
} from './explain.test.helper.ts';

describe('an environment that is wrong', () => {
  it.each([
    ['POD_LABELS', 'a: [', /POD_LABELS: it is no YAML.*write a YAML or JSON object/s],
    ['POD_LABELS', 'text', /POD_LABELS: must be a table of strings/],
    ['POD_ANNOTATIONS', '[a]', /POD_ANNOTATIONS: must be a table of strings/],
    ['POD_TOLERATIONS', '{a: 1}', /POD_TOLERATIONS: must be a list of tables/],
    ['POD_AFFINITY', '[]', /POD_AFFINITY: must be a table/],
    [
      'STORAGE_RWX',
      'yes',
      /could not parse "yes" as bool .*WOODPECKER_BACKEND_K8S_STORAGE_RWX" for flag backend-k8s-storage-rwx.*write true or false/s,
    ],
    ['STOP_TIMEOUT', '20s', /could not parse "20s" as int64 .*without a unit/s],
    ['STOP_TIMEOUT', '-1', /STOP_TIMEOUT: must be 0 or more/],
    ['STOP_TIMEOUT', '08', /could not parse "08" as int64/],
    ['VOLUME_SIZE', '', /VOLUME_SIZE: "" is no size.*write it like 10G/s],
  ])('%s=%s is an error that names it and the fix', async (name, value, message) => {
    const { refused, exitCode, objects } = await explainSteps([{}], { [name]: value });
    expect(refused?.message).toMatch(message);
    expect([exitCode, objects]).toEqual([1, []]);
  });

  it('an unknown variable is a warning with the one that was meant', async () => {
    const { told, refused } = await explainSteps([{}], { NAMESPCE: 'ci' });
    expect(refused).toBeNull();
    expect(told).toMatch(
      /warning: WOODPECKER_BACKEND_K8S_NAMESPCE: unknown key.*WOODPECKER_BACKEND_K8S_NAMESPACE/,
    );
    expect(told).not.toContain('/WOODPECKER');
  });

  it.each(['STOP_TIMEOUT', 'PULL_SECRET_NAMES', 'POD_LABELS', 'CLUSTER_DOMAIN'])(
    'an empty %s says nothing',
    async (name) => {
      const plain = await explainSteps([{}]);
      const { objects, refused } = await explainSteps([{}], { [name]: '' });
      expect(refused).toBeNull();
      expect(objects).toEqual(plain.objects);
    },
  );

  it('an empty switch is off', async () => {
    const { objects } = await explainSteps([{}], { STORAGE_RWX: '' });
    expect(objects).toEqual((await explainSteps([{}], { STORAGE_RWX: 'false' })).objects);
    expect(objects).not.toEqual((await explainSteps([{}])).objects);
  });

  it('our own settings are read, and a setting that is written twice is an error with both places', async () => {
    const own = { MILLRACE_SETTINGS: '{volumes: {workspaceClaim: {size: 1Gi, sameNode: true}}}' };
    const fine = await explainSteps([{}], {}, own);
    expect(firstSpec(fine)).toHaveProperty('affinity.podAffinity');
    const twice = await explainSteps([{}], { VOLUME_SIZE: '2Gi' }, own);
    expect(twice.refused?.message).toMatch(
      /MILLRACE_SETTINGS\.volumes\.workspaceClaim\.size.*WOODPECKER_BACKEND_K8S_VOLUME_SIZE/s,
    );
    const typo = await explainSteps([{}], {}, { MILLRACE_SETTINGS: '{volume: {}}' });
    expect(typo.refused?.message).toMatch(/no loaded plugin has this table/);
    const text = await explainSteps([{}], {}, { MILLRACE_SETTINGS: 'text' });
    expect(text.refused?.message).toMatch(/MILLRACE_SETTINGS: it is no object/);
  });
});

describe('a step that is wrong', () => {
  it.each<[JsonObject, RegExp]>([
    [
      { volumes: ['!!!:/x'] },
      /step step-1: volumes: the volume "!!!:\/x" names no claim.*write claim:\/path/,
    ],
    [
      { auth_config: { username: 'u', password: 'p' }, image: 'x/Upper' },
      /names no registry.*repository name \(x\/Upper\) must be lowercase/,
    ],
    [
      withOptions({ resources: { requests: { cpu: '' } } }),
      /request 'cpu' quantity '': quantities must match.*write it like/,
    ],
    [
      withOptions({ resources: { limits: { cpu: 'much' } } }),
      /request 'cpu' quantity 'much'.*write.*resources\.limits/,
    ],
  ])('%j fails by itself when its turn comes, and the others run', async (step, message) => {
    const { refused, objects, log, exitCode } = await explainSteps([step, {}]);
    expect([refused, exitCode]).toEqual([null, 0]);
    expect(log.at(-1)).toMatch(/^WARNING: step-1 will fail when its turn comes: /);
    expect(log.at(-1)).toMatch(message);
    expect(objects.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Service', 'Pod']);
  });
});

describe('a workflow that is wrong', () => {
  it.each<[JsonObject, RegExp]>([
    [{ image: 1 }, /pipeline\[0\]\.steps\[0\]\.image must be a string, but is of type number/],
    [{ environment: { A: 1 } }, /environment\.A must be a string/],
    [{ commands: 'true' }, /commands must be a list/],
  ])('%j is refused by name', async (step, message) => {
    const { refused, exitCode } = await explainSteps([step]);
    expect(refused?.message).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it('two steps of one uuid are refused', async () => {
    const { refused } = await explainSteps([{ uuid: 'A' }, { uuid: 'a' }]);
    expect(refused?.message).toMatch(/two units named a/);
  });

  it('a name that the API server will refuse is told, with what fits', async () => {
    const { log, refused } = await explainSteps([
      { type: 'service', detach: true, name: 'a-very-long-service-name.with.dots' },
    ]);
    expect(refused).toBeNull();
    expect(log).toEqual([
      expect.stringMatching(
        /API server will refuse the pod.*at most 29 letters, digits and dashes/,
      ),
    ]);
  });

  it('without a name for its volume is refused', async () => {
    const { refused } = await explainConfig({ pipeline: [] });
    expect(refused?.message).toMatch(/the volume "" of the workflow/);
  });
});

describe('a workflow with gaps', () => {
  it('absent and null keys are empty, also the environment and stages', async () => {
    const explained = await explainConfig({
      volume: 'v',
      secrets: null,
      pipeline: [
        { steps: null },
        { steps: [{ name: 'a', uuid: 'A', environment: null, image: 'busybox' }] },
        { steps: [] },
        { steps: [{ name: 'b', uuid: 'B', image: 'busybox', volumes: null }] },
      ],
    });
    expect(explained.refused).toBeNull();
    expect(podsOf(explained)).toHaveLength(2);
  });
});

it('hidden values are shown only when they are asked for, and told where a pod shows them', async () => {
  const explained = await explainConfig({
    volume: 'v',
    secrets: [{ name: 't', value: 's3cr3t-value' }],
    pipeline: [
      { steps: [{ name: 'a', uuid: 'A', image: 'b', environment: { PLAIN: 'x s3cr3t-value' } }] },
    ],
  });
  expect(explained.decisions).toContainEqual(
    expect.objectContaining({
      subject: 'variable PLAIN of step a',
      reason: 'it shows a hidden value in the plain environment of the pod',
    }),
  );
});
