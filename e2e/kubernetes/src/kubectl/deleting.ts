import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl delete`. */
export const deletingSuite: KubectlSuite = defineKubectlSuite('deletes', (bench) => {
  let kubectl: Kubectl;
  let image: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    image = bench.cluster().images.shell;
  });
  const names = async (selector: string): Promise<string> =>
    kubectl.read('get', 'cm', '-l', selector, '-o', 'name');
  const from = (): string => `from ${kubectl.namespace} namespace`;

  it('one object, several, and what a file names', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await kubectl.create(configMap(name));
    expect(await kubectl.read('delete', 'cm', 'a')).toBe(`configmap "a" deleted ${from()}\n`);
    expect(await kubectl.read('delete', 'cm/b', 'cm/c')).toBe(
      `configmap "b" deleted ${from()}\nconfigmap "c" deleted ${from()}\n`,
    );
    const file = await kubectl.run(['delete', '-f', '-'], {
      input: JSON.stringify(configMap('d')),
    });
    expect(file.stdout).toBe(`configmap "d" deleted ${from()}\n`);
  });

  it('by label, and only those', async () => {
    for (const [name, group] of [
      ['e', 'x'],
      ['f', 'x'],
      ['g', 'y'],
    ] as const)
      await kubectl.create(configMap(name, {}, { labels: { group } }));
    await kubectl.read('delete', 'cm', '-l', 'group=x');
    expect(await names('group')).toBe('configmap/g\n');
    await kubectl.read('delete', 'cm', '--field-selector', 'metadata.name=g');
    expect(await names('group')).toBe('');
  });

  it('everything of a kind', async () => {
    await kubectl.read('create', 'secret', 'generic', 'one');
    await kubectl.read('create', 'secret', 'generic', 'two');
    await kubectl.read('delete', 'secrets', '--all');
    expect(await kubectl.read('get', 'secrets', '-o', 'name')).toBe('');
  });

  it('says what is not there, unless it does not matter', async () => {
    expect(await kubectl.refused('delete', 'cm', 'nobody')).toBe(
      'Error from server (NotFound): configmaps "nobody" not found\n',
    );
    expect(await kubectl.read('delete', 'cm', 'nobody', '--ignore-not-found')).toBe('');
  });

  it('a pod with the time it needs to end', async () => {
    const program = `trap 'sleep 1; echo cleaned; exit 0' TERM; echo ready; sleep 3600 & wait`;
    await kubectl.create(
      pod('tidy', { image, program, spec: { terminationGracePeriodSeconds: 60 } }),
    );
    await kubectl.read('wait', '--for=condition=Ready', 'pod/tidy', '--timeout=90s');
    const log = kubectl.start(['logs', '-f', 'tidy']);
    await log.shows(/^ready\n/mu);
    expect(await kubectl.read('delete', 'pod', 'tidy')).toBe(`pod "tidy" deleted ${from()}\n`);
    expect((await log.ended).stdout).toBe('ready\ncleaned\n');
    expect(await kubectl.read('get', 'pod', 'tidy', '--ignore-not-found')).toBe('');
  });

  it('a pod without waiting for it, which shows that it is going', async () => {
    const program = `trap '' TERM; echo ready; while :; do sleep 0.2; done`;
    await kubectl.create(
      pod('stubborn', { image, program, spec: { terminationGracePeriodSeconds: 600 } }),
    );
    await kubectl.read('wait', '--for=condition=Ready', 'pod/stubborn', '--timeout=90s');
    await kubectl.read('delete', 'pod', 'stubborn', '--grace-period=300', '--wait=false');
    expect(await kubectl.read('get', 'pod', 'stubborn', '--no-headers')).toMatch(
      /^stubborn +1\/1 +Terminating +0 /u,
    );
    const grace = 'jsonpath={.metadata.deletionGracePeriodSeconds}';
    expect(await kubectl.read('get', 'pod', 'stubborn', '-o', grace)).toBe('300');
    // A later deletion may give less time.
    await kubectl.read('delete', 'pod', 'stubborn', '--now', '--wait=false');
    expect(['1', '']).toContain(
      await kubectl.read('get', 'pod', 'stubborn', '--ignore-not-found', '-o', grace),
    );
    await kubectl.read('delete', 'pod', 'stubborn', '--force', '--ignore-not-found');
  });

  it('a pod by force', async () => {
    const program = `trap '' TERM; while :; do sleep 0.2; done`;
    await kubectl.create(
      pod('forced', { image, program, spec: { terminationGracePeriodSeconds: 600 } }),
    );
    await kubectl.read('wait', '--for=condition=Ready', 'pod/forced', '--timeout=90s');
    const { exitCode, stdout, stderr } = await kubectl.run([
      'delete',
      'pod',
      'forced',
      '--force',
      '--grace-period=0',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`pod "forced" force deleted ${from()}\n`);
    expect(stderr).toContain('Warning: Immediate deletion does not wait for confirmation');
  });

  it('what a finalizer holds only when it is let go', async () => {
    await kubectl.create(configMap('held', {}, { finalizers: ['example.com/hold'] }));
    expect(await kubectl.refused('delete', 'cm', 'held', '--timeout=1s')).toContain(
      'timed out waiting for the condition on configmaps/held',
    );
    expect(
      await kubectl.read('get', 'cm', 'held', '-o', 'jsonpath={.metadata.deletionTimestamp}'),
    ).toMatch(/^\d{4}-/u);
    await kubectl.read(
      'patch',
      'cm',
      'held',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":[]}}',
    );
    await kubectl.read('wait', '--for=delete', 'cm/held', '--timeout=60s');
  });

  it('a claim only when no pod uses it', async ({ skip }) => {
    const classes = await kubectl.read('get', 'storageclasses', '--no-headers');
    skip(!classes.includes('(default)'), 'needs a default storage class');
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'disk' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }];
    await kubectl.create(pod('user', { image, spec: { volumes } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/user', '--timeout=90s');
    await kubectl.read('delete', 'pvc', 'disk', '--wait=false');
    expect(await kubectl.read('get', 'pvc', 'disk', '--no-headers')).toMatch(
      /^disk +Terminating /u,
    );
    await kubectl.read('delete', 'pod', 'user');
    await kubectl.read('wait', '--for=delete', 'pvc/disk', '--timeout=90s');
  });

  it('a namespace with everything in it', async () => {
    const room = await bench.room();
    await room.create(configMap('content'));
    await room.create(pod('content', { image }));
    expect(await kubectl.read('delete', 'namespace', room.namespace)).toBe(
      `namespace "${room.namespace}" deleted\n`,
    );
    expect(await kubectl.refused('get', 'namespace', room.namespace)).toContain('not found');
    expect(await room.read('get', 'configmaps,pods', '-o', 'name')).toBe('');
  });

  it('refuses new things in a namespace that is going', async () => {
    const room = await bench.room();
    await room.create(configMap('held', {}, { finalizers: ['example.com/hold'] }));
    await kubectl.read('delete', 'namespace', room.namespace, '--wait=false');
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Terminating',
      `namespace/${room.namespace}`,
      '--timeout=30s',
    );
    expect(await room.refused('create', 'configmap', 'late')).toContain(
      `configmaps "late" is forbidden: unable to create new content in namespace ${room.namespace} because it is being terminated`,
    );
    await room.read(
      'patch',
      'cm',
      'held',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    );
    await kubectl.read('wait', '--for=delete', `namespace/${room.namespace}`, '--timeout=90s');
  });

  it('only tries on the server when asked to', async () => {
    await kubectl.create(configMap('kept'));
    expect(await kubectl.read('delete', 'cm', 'kept', '--dry-run=server')).toBe(
      `configmap "kept" deleted ${from()} (server dry run)\n`,
    );
    expect(
      await kubectl.read('get', 'cm', 'kept', '-o', 'jsonpath={.metadata.deletionTimestamp}'),
    ).toBe('');
  });
});
