import type { JsonObject } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import {
  explainSteps,
  firstSpec,
  podsOf,
  withOptions,
  type Backend,
} from './explain.test.helper.ts';

const toleration = { key: 'a', operator: 'Exists' };
const affinity = { podAffinity: {} };

describe('an option of a step', () => {
  it.each<[string, JsonObject, Backend, JsonObject]>([
    [
      'nodeSelector wins over the operator and the architecture',
      { nodeSelector: { zone: 'b', 'kubernetes.io/arch': 'arm64' } },
      { POD_NODE_SELECTOR: 'zone: a', POD_NODE_SELECTOR_ALLOW_FROM_STEP: 'true' },
      { nodeSelector: { zone: 'b', 'kubernetes.io/arch': 'arm64' } },
    ],
    [
      'tolerations replace the operator’s by default',
      { tolerations: toleration },
      { POD_TOLERATIONS: '[{key: b, operator: Exists}]' },
      { tolerations: [toleration] },
    ],
    [
      'an empty list of tolerations says nothing',
      { tolerations: [] },
      { POD_TOLERATIONS: '[{key: b, operator: Exists}]' },
      { tolerations: [{ key: 'b', operator: 'Exists' }] },
    ],
    [
      'affinity replaces the operator’s as a whole',
      { affinity },
      { POD_AFFINITY: '{nodeAffinity: {}}', POD_AFFINITY_ALLOW_FROM_STEP: 'true' },
      { affinity },
    ],
    [
      'runtimeClassName counts even when it is empty',
      { runtimeClassName: '' },
      { RUNTIME_CLASS_ALLOW_FROM_STEP: 'true' },
      { runtimeClassName: '' },
    ],
    [
      'serviceAccountName counts where it is allowed',
      { serviceAccountName: 'sa' },
      { SERVICE_ACCOUNT_NAME_ALLOW_FROM_STEP: 'true' },
      { serviceAccountName: 'sa' },
    ],
  ])('%s', async (_rule, options, backend, spec) => {
    const explained = await explainSteps([withOptions(options)], backend);
    expect(explained.refused).toBeNull();
    for (const [key, value] of Object.entries(spec))
      expect(firstSpec(explained)[key]).toEqual(value);
  });

  it.each([
    ['nodeSelector', { zone: 'b' }, 'POD_NODE_SELECTOR_ALLOW_FROM_STEP'],
    ['affinity', affinity, 'POD_AFFINITY_ALLOW_FROM_STEP'],
    ['runtimeClassName', 'kata', 'RUNTIME_CLASS_ALLOW_FROM_STEP'],
    ['serviceAccountName', 'sa', 'SERVICE_ACCOUNT_NAME_ALLOW_FROM_STEP'],
    ['labels', { a: 'b' }, 'POD_LABELS_ALLOW_FROM_STEP'],
    ['annotations', { a: 'b' }, 'POD_ANNOTATIONS_ALLOW_FROM_STEP'],
    ['secrets', [{ name: 'n' }], 'ALLOW_NATIVE_SECRETS'],
  ])('%s is left out where nobody allows it, and that is told', async (key, value, gate) => {
    const plain = await explainSteps([{}]);
    const explained = await explainSteps([withOptions({ [key]: value })]);
    expect(explained.objects).toEqual(plain.objects);
    expect(explained.log).toEqual([
      `WARNING: step step-1: backend_options.kubernetes.${key} is left out: WOODPECKER_BACKEND_K8S_${gate} does not allow it`,
    ]);
    expect(explained.decisions).toContainEqual(
      expect.objectContaining({
        subject: `backend_options.kubernetes.${key} of step step-1`,
        allowed: false,
      }),
    );
  });

  it('tolerations are left out where the operator says so', async () => {
    const explained = await explainSteps([withOptions({ tolerations: [toleration] })], {
      POD_TOLERATIONS_ALLOW_FROM_STEP: 'false',
    });
    expect(firstSpec(explained)).not.toHaveProperty('tolerations');
  });

  it('concerns its own pod alone', async () => {
    const explained = await explainSteps([withOptions({ hostUsers: false }), {}]);
    expect(podsOf(explained).map(({ spec }) => (spec as JsonObject)['hostUsers'])).toEqual([
      false,
      undefined,
    ]);
  });

  it('of the labels, those of the operator and of Woodpecker win', async () => {
    const explained = await explainSteps(
      [
        {
          ...withOptions({
            labels: { mine: 'A b', team: 'step', step: 'x', 'woodpecker-ci.org/event': 'mine' },
          }),
          workflow_labels: { 'woodpecker-ci.org/event': 'push', custom: 'ok' },
        },
      ],
      { POD_LABELS: 'team: ops', POD_LABELS_ALLOW_FROM_STEP: 'true' },
    );
    expect(podsOf(explained)[0]?.['metadata']).toMatchObject({
      labels: {
        mine: 'A b',
        team: 'ops',
        step: 'step-1',
        custom: 'ok',
        'woodpecker-ci.org/event': 'mine',
        'woodpecker-ci.org/step': 'step-1',
      },
    });
  });

  it('that nobody knows is told with the key that was meant', async () => {
    const { log, refused } = await explainSteps([
      withOptions({ nodeSelectr: {}, securityContext: { runAsUsr: 1 }, tolerations: [{ kee: 1 }] }),
    ]);
    expect(refused).toBeNull();
    expect(log).toEqual([
      expect.stringMatching(/tolerations\[0\]\.kee is unknown \(did you mean.*key/),
      expect.stringMatching(/kubernetes\.nodeSelectr is unknown \(did you mean.*nodeSelector/),
      expect.stringMatching(/securityContext\.runAsUsr is unknown \(did you mean.*runAsUser/),
    ]);
  });

  it('that cannot be read is left out, and the others count', async () => {
    const explained = await explainSteps([
      withOptions({
        resources: 'nonsense',
        hostUsers: 'false',
        securityContext: { runAsUser: 'x' },
      }),
    ]);
    expect(firstSpec(explained)).toMatchObject({ hostUsers: false });
    expect(explained.log).toEqual([
      expect.stringMatching(/kubernetes\.resources must be an object, not "nonsense"/),
      expect.stringMatching(/securityContext\.runAsUser must be a number, not "x"/),
    ]);
  });
});

describe('the security of a step', () => {
  const containerOf = (spec: JsonObject): JsonObject | undefined =>
    (spec['containers'] as readonly JsonObject[])[0]?.['securityContext'] as JsonObject | undefined;

  it.each<[boolean, boolean | undefined, boolean | undefined]>([
    [false, undefined, undefined],
    [false, true, undefined],
    [true, undefined, true],
    [true, true, true],
    [true, false, undefined],
  ])('privileged %s with %s in its context gives %s', async (privileged, wanted, expected) => {
    const securityContext = wanted === undefined ? {} : { privileged: wanted };
    const explained = await explainSteps([withOptions({ securityContext }, { privileged })]);
    expect(containerOf(firstSpec(explained))?.['privileged']).toBe(expected);
    expect(explained.log).toEqual(
      wanted === true && !privileged
        ? [
            expect.stringMatching(
              /privileged gives no privileges by itself \(write privileged: true/,
            ),
          ]
        : [],
    );
  });

  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ runAsUser: 0, runAsGroup: 0 }, {}, { fsGroup: 1000 }],
    [{ runAsUser: 0 }, { privileged: true }, { fsGroup: 1000, runAsUser: 0 }],
    [{ runAsUser: 1, fsGroup: 0 }, {}, { fsGroup: 0, runAsUser: 1 }],
    [{ runAsNonRoot: false }, {}, { fsGroup: 1000, runAsNonRoot: false }],
    [
      { seccompProfile: { type: 'Localhost', localhostProfile: 'p' } },
      {},
      { fsGroup: 1000, seccompProfile: { type: 'Localhost', localhostProfile: 'p' } },
    ],
  ])('the context %j of a step with %j is %j', async (securityContext, step, expected) => {
    const explained = await explainSteps([withOptions({ securityContext }, step)]);
    expect(firstSpec(explained)['securityContext']).toEqual(expected);
  });

  it('root is allowed without the users of the node', async () => {
    const explained = await explainSteps([
      withOptions({ hostUsers: 'false', securityContext: { runAsUser: '0' } }),
    ]);
    expect(firstSpec(explained)['securityContext']).toEqual({ fsGroup: 1000, runAsUser: 0 });
  });

  it('what the operator asks for cannot be undone', async () => {
    const explained = await explainSteps(
      [withOptions({ securityContext: { runAsNonRoot: false } })],
      { SECCTX_NONROOT: 'true' },
    );
    expect(firstSpec(explained)).toMatchObject({ securityContext: { runAsNonRoot: true } });
    expect(explained.decisions).toContainEqual(
      expect.objectContaining({ allowed: false, reason: 'the operator has set it' }),
    );
  });

  it.each([
    ['a plugin of another user below the workspace', { type: 'plugin', commands: [] }, 1, true],
    ['the same as root', { type: 'plugin', commands: [], privileged: true }, 0, false],
    ['commands, which begin in the workspace', {}, 1, false],
    ['a directory outside', { commands: [], working_dir: '/tmp/x' }, 1, false],
    ['a directory beside', { commands: [], working_dir: '/woodpecker2/x' }, 1, false],
  ])('%s: a container makes the directory first?', async (_case, step, runAsUser, expected) => {
    const explained = await explainSteps([withOptions({ securityContext: { runAsUser } }, step)]);
    expect(firstSpec(explained)['initContainers'] !== undefined).toBe(expected);
  });
});
