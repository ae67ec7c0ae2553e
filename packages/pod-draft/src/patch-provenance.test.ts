import type { JsonObject, KubeObject, PlannedManifest } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { provenanceOfPatch } from './patch-provenance.ts';

const podOf = (spec: JsonObject): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec,
});

const entry = (value: PlannedManifest['provenance'][string][number]['value']) => ({
  plugin: 'a',
  source: 'k.a',
  value,
});

const before: PlannedManifest = {
  manifest: podOf({
    nodeSelector: { disk: 'ssd' },
    restartPolicy: 'Never',
    volumes: [
      { name: 'x', emptyDir: {} },
      { name: 'y', emptyDir: {} },
    ],
    containers: [
      {
        name: 'build',
        command: ['a', 'b'],
        env: [
          { name: 'T', value: 'secret' },
          { name: 'U', value: '1' },
        ],
      },
    ],
  }),
  provenance: {
    '/spec/nodeSelector/disk': [entry('ssd')],
    '/spec/restartPolicy': [entry('Never')],
    '/spec/volumes/0': [entry({ name: 'x', emptyDir: {} })],
    '/spec/volumes/1': [entry({ name: 'y', emptyDir: {} })],
    '/spec/containers/0/name': [entry('build')],
    '/spec/containers/0/command': [entry(['a', 'b'])],
    '/spec/containers/0/env/0': [entry({ name: 'T', value: 'secret' })],
    '/spec/containers/0/env/1': [entry({ name: 'U', value: '1' })],
  },
  secrets: ['/spec/containers/0/env/0/value'],
};

const by = { plugin: 'patch', source: 'pod_spec (c.toml:1)' };
const spec = before.manifest['spec'] as JsonObject;
const patched = (change: JsonObject): PlannedManifest =>
  provenanceOfPatch(before, podOf({ ...spec, ...change }), by);

describe('after a patch', () => {
  it('what did not change keeps its history and its secrets', () => {
    expect(patched({})).toEqual(before);
  });

  it('a changed value has the patch as its last entry', () => {
    expect(patched({ restartPolicy: 'OnFailure' }).provenance['/spec/restartPolicy']).toEqual([
      entry('Never'),
      { ...by, value: 'OnFailure' },
    ]);
  });

  it('an added object is the patch in every leaf', () => {
    const { provenance } = patched({ securityContext: { runAsUser: 1, x: {} } });
    expect(provenance['/spec/securityContext/runAsUser']).toEqual([{ ...by, value: 1 }]);
    expect(provenance['/spec/securityContext/x']).toEqual([{ ...by, value: {} }]);
  });

  it('a removed member is remembered', () => {
    expect(patched({ nodeSelector: {} }).provenance['/spec/nodeSelector/disk']).toEqual([
      entry('ssd'),
      { ...by, value: null },
    ]);
  });

  it('a list element that moved keeps its history, also when the list is not longer than before', () => {
    const volumes = [
      { name: 'y', emptyDir: {} },
      { name: 'z', emptyDir: {} },
    ];
    const { provenance } = patched({ volumes });
    expect(provenance['/spec/volumes/0']).toEqual([entry({ name: 'y', emptyDir: {} })]);
    expect(provenance['/spec/volumes/1']).toEqual([{ ...by, value: { name: 'z', emptyDir: {} } }]);
  });

  it('a removed secret stays secret in the history', () => {
    const { provenance, secrets } = patched({ containers: [{ name: 'build' }] });
    expect(provenance['/spec/containers/0/env']).toEqual([{ ...by, value: null }]);
    expect(secrets).toEqual(['/spec/containers/0/env/0/value']);
  });

  it('what one patch removed is still remembered after the next', () => {
    const first = patched({ containers: [{ name: 'build' }] });
    const after = podOf({ ...(first.manifest['spec'] as JsonObject), restartPolicy: 'Always' });
    const second = provenanceOfPatch(first, after, { ...by, source: 'second' });
    expect(second.provenance['/spec/containers/0/env']).toEqual([{ ...by, value: null }]);
    expect(second.secrets).toEqual(first.secrets);
  });

  it('a list that was set as a whole is compared as a whole', () => {
    const containers = [{ ...(spec['containers'] as JsonObject[])[0], command: ['b'] }];
    const { provenance } = patched({ containers });
    expect(provenance['/spec/containers/0/command']).toEqual([
      entry(['a', 'b']),
      { ...by, value: ['b'] },
    ]);
  });

  it('elements and containers with keys are recognised when they move and change, and stay secret', () => {
    const containers = [
      { name: 'first' },
      {
        name: 'build',
        command: ['a', 'b'],
        env: [
          { name: 'N', value: '0' },
          { name: 'T', value: 'changed' },
        ],
      },
    ];
    const { provenance, secrets } = patched({ containers });
    expect(provenance['/spec/containers/0']).toEqual([{ ...by, value: { name: 'first' } }]);
    expect(provenance['/spec/containers/1/command']).toEqual([entry(['a', 'b'])]);
    expect(provenance['/spec/containers/1/env/1']).toEqual([
      entry({ name: 'T', value: 'secret' }),
      { ...by, value: { name: 'T', value: 'changed' } },
    ]);
    expect(secrets).toEqual(['/spec/containers/1/env/1/value']);
  });
});
