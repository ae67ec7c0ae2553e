import { expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl get --watch` and `kubectl wait`. */
export const watchingSuite: KubectlSuite = defineKubectlSuite('watches', (bench) => {
  it('shows what is there, then every change', async () => {
    const kubectl = await bench.room();
    await kubectl.create(configMap('first'));
    const watch = kubectl.start([
      'get',
      'cm',
      '-l',
      '!skip',
      '--watch',
      '-o',
      'custom-columns=N:.metadata.name,V:.data.v',
    ]);
    await watch.shows(/^first +<none>$/mu);
    await kubectl.create(configMap('second', { v: '1' }));
    await watch.shows(/^second +1$/mu);
    await kubectl.read('patch', 'cm', 'second', '-p', '{"data":{"v":"2"}}');
    await watch.shows(/^second +2$/mu);
  });

  it('tells the kind of each change when asked to', async () => {
    const kubectl = await bench.room();
    await kubectl.create(configMap('first'));
    const watch = kubectl.start(['get', 'cm', 'first', '--watch', '--output-watch-events']);
    await watch.shows(/^EVENT +NAME +DATA +AGE\nADDED +first +0 /mu);
    await kubectl.read('patch', 'cm', 'first', '-p', '{"data":{"v":"1"}}');
    await watch.shows(/^MODIFIED +first +1 /mu);
    await kubectl.read('delete', 'cm', 'first');
    await watch.shows(/^DELETED +first +1 /mu);
  });

  it('shows only changes when asked to', async () => {
    const kubectl = await bench.room();
    await kubectl.create(configMap('old'));
    const watch = kubectl.start(['get', 'cm', '--watch-only', '-o', 'name']);
    // Nobody tells when the watch has begun, so it is given something to show until it does.
    await until(
      () => watch.shown() !== '',
      () => kubectl.read('create', 'configmap', `new-${performance.now().toFixed(0)}`),
    );
    expect(watch.shown()).toMatch(/^configmap\/new-/u);
    expect(watch.shown()).not.toContain('configmap/old');
  });

  it('sees an object enter its selection and leave it', async () => {
    const kubectl = await bench.room();
    await kubectl.create(configMap('thing', {}, { labels: { in: 'no' } }));
    await kubectl.create(configMap('other', {}, { labels: { in: 'yes' } }));
    const watch = kubectl.start(['get', 'cm', '-l', 'in=yes', '--watch', '--output-watch-events']);
    await watch.shows(/^ADDED +other /mu);
    await kubectl.read('label', 'cm', 'thing', 'in=yes', '--overwrite');
    await watch.shows(/^ADDED +thing /mu);
    await kubectl.read('label', 'cm', 'thing', 'in=no', '--overwrite');
    await watch.shows(/^DELETED +thing /mu);
  });

  it('follows a pod from its creation to its end', async () => {
    const kubectl = await bench.room();
    const { shell: image } = bench.cluster().images;
    await kubectl.create(configMap('anchor'));
    const watch = kubectl.start([
      'get',
      'pods',
      '--watch',
      '--field-selector',
      'metadata.name=runner',
      '--output-watch-events',
    ]);
    await kubectl.create(
      pod('runner', { image, program: 'exit 3', spec: { restartPolicy: 'Never' } }),
    );
    await watch.shows(/^\w+ +runner +0\/1 +Error +0 /mu);
    await kubectl.read('delete', 'pod', 'runner', '--now');
    await watch.shows(/^DELETED +runner /mu);
  });

  it('waits for a condition, a value, a creation and an end', async () => {
    const kubectl = await bench.room();
    const { shell: image } = bench.cluster().images;
    const creation = kubectl.start(['wait', '--for=create', 'pod/late', '--timeout=120s']);
    await kubectl.create(pod('late', { image }));
    expect(await creation.ended).toMatchObject({ exitCode: 0 });
    expect(await kubectl.read('wait', '--for=condition=Ready', 'pod/late', '--timeout=90s')).toBe(
      'pod/late condition met\n',
    );
    expect(
      await kubectl.read(
        'wait',
        '--for=jsonpath={.status.phase}=Running',
        'pod/late',
        '--timeout=90s',
      ),
    ).toBe('pod/late condition met\n');
    expect(
      await kubectl.read('wait', '--for=jsonpath={.status.podIP}', 'pod', '--all', '--timeout=90s'),
    ).toBe('pod/late condition met\n');
    const end = kubectl.start(['wait', '--for=delete', 'pod/late', '--timeout=120s']);
    await kubectl.read('delete', 'pod', 'late', '--wait=false');
    expect(await end.ended).toMatchObject({ exitCode: 0 });
    expect(await kubectl.read('wait', '--for=delete', 'pod/late', '--timeout=10s')).toBe('');
  });

  it('stops waiting when its time is over, and for what is not there', async () => {
    const kubectl = await bench.room();
    await kubectl.create(configMap('still'));
    expect(
      await kubectl.refused('wait', '--for=jsonpath={.data.v}=1', 'cm/still', '--timeout=1s'),
    ).toContain('error: timed out waiting for the condition on configmaps/still');
    expect(
      await kubectl.refused('wait', '--for=condition=Ready', 'pod/nobody', '--timeout=30s'),
    ).toBe('Error from server (NotFound): pods "nobody" not found\n');
  });
});

/** Acts until something holds. */
async function until(holds: () => boolean, act: () => Promise<unknown>): Promise<void> {
  while (!holds()) await act();
}
