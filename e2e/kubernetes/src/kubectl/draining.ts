import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { pod } from './manifests.ts';

/** `kubectl cordon`, `drain`, `taint`. While it runs, nobody else's pods find a node. */
export const drainingSuite: KubectlSuite = defineKubectlSuite('empties a node', (bench) => {
  let kubectl: Kubectl;
  let node: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    const { shell: image } = bench.cluster().images;
    await kubectl.create(pod('first', { image, labels: { app: 'drained' } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/first', '--timeout=90s');
    node = await kubectl.read('get', 'pod', 'first', '-o', 'jsonpath={.spec.nodeName}');
  });
  // However a test ends, others need the node.
  afterAll(async () => {
    await kubectl.read('uncordon', node);
    await kubectl.run(['taint', 'node', node, 'example.com/closed-']);
  });

  it('closes it, takes pods away, and opens it again', async () => {
    const { shell: image } = bench.cluster().images;
    expect(await kubectl.read('cordon', node)).toBe(`node/${node} cordoned\n`);
    expect(await kubectl.read('get', 'node', node, '--no-headers')).toMatch(
      / Ready,SchedulingDisabled /u,
    );
    await kubectl.create(pod('second', { image, labels: { app: 'waiting' } }));
    await kubectl.read('wait', '--for=condition=PodScheduled=False', 'pod/second', '--timeout=60s');
    expect(
      await kubectl.read('get', 'pod', 'second', '-o', 'jsonpath={.status.conditions[0].message}'),
    ).toContain('1 node(s) were unschedulable');
    expect(await kubectl.refused('drain', node, '--pod-selector=app=drained')).toContain(
      'cannot delete Pods that declare no controller (use --force to override)',
    );
    const drained = await kubectl.run([
      'drain',
      node,
      '--pod-selector=app=drained',
      '--force',
      '--timeout=90s',
    ]);
    expect(drained.stdout).toContain(`evicting pod ${kubectl.namespace}/first`);
    expect(drained.stdout).toContain(`node/${node} drained\n`);
    expect(await kubectl.refused('get', 'pod', 'first')).toContain('not found');
    expect(await kubectl.read('uncordon', node)).toBe(`node/${node} uncordoned\n`);
    await kubectl.read('wait', '--for=condition=Ready', 'pod/second', '--timeout=90s');
  });

  it('respects a disruption budget', async () => {
    const { shell: image } = bench.cluster().images;
    await kubectl.create(pod('needed', { image, labels: { app: 'needed' } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/needed', '--timeout=90s');
    await kubectl.read('create', 'pdb', 'needed', '--selector=app=needed', '--min-available=1');
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.expectedPods}=1',
      'pdb/needed',
      '--timeout=60s',
    );
    const drain = await kubectl.run([
      'drain',
      node,
      '--pod-selector=app=needed',
      '--force',
      '--timeout=3s',
    ]);
    await kubectl.read('uncordon', node);
    expect(drain.exitCode).toBe(1);
    expect(drain.stderr).toContain(
      "Cannot evict pod as it would violate the pod's disruption budget.",
    );
    expect(
      await kubectl.read('get', 'pod', 'needed', '-o', 'jsonpath={.metadata.deletionTimestamp}'),
    ).toBe('');
  });

  it('keeps pods away by a taint that they do not tolerate', async () => {
    const { shell: image } = bench.cluster().images;
    expect(await kubectl.read('taint', 'node', node, 'example.com/closed=yes:NoSchedule')).toBe(
      `node/${node} tainted\n`,
    );
    await kubectl.create(pod('away', { image }));
    await kubectl.create(
      pod('tolerant', {
        image,
        spec: { tolerations: [{ key: 'example.com/closed', operator: 'Exists' }] },
      }),
    );
    await kubectl.read('wait', '--for=condition=PodScheduled=False', 'pod/away', '--timeout=60s');
    await kubectl.read('wait', '--for=condition=Ready', 'pod/tolerant', '--timeout=90s');
    expect(await kubectl.read('taint', 'node', node, 'example.com/closed-')).toBe(
      `node/${node} untainted\n`,
    );
    await kubectl.read('wait', '--for=condition=Ready', 'pod/away', '--timeout=90s');
  });
});
