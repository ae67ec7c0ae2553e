import { beforeAll, beforeEach, expect, it } from 'vitest';
import { freshName } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl patch`, `label`, `annotate`, `edit`, `replace`, `set`. */
export const changingSuite: KubectlSuite = defineKubectlSuite('changes', (bench) => {
  let kubectl: Kubectl;
  let name: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
  });
  beforeEach(async () => {
    name = freshName('map');
    await kubectl.create(
      configMap(
        name,
        { a: '1', b: '2' },
        { labels: { kind: 'old' }, finalizers: ['example.com/one'] },
      ),
    );
    return () =>
      kubectl.read('patch', 'cm', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  });
  const data = (): Promise<string> => kubectl.read('get', 'cm', name, '-o', 'jsonpath={.data}');

  it('by a strategic patch, which merges lists', async () => {
    const patch = '{"data":{"a":null,"c":"3"},"metadata":{"finalizers":["example.com/two"]}}';
    expect(await kubectl.read('patch', 'cm', name, '-p', patch)).toBe(
      `configmap/${name} patched\n`,
    );
    expect(await data()).toBe('{"b":"2","c":"3"}');
    expect(await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.finalizers}')).toBe(
      '["example.com/two","example.com/one"]',
    );
  });

  it('by a merge patch, which replaces lists', async () => {
    const patch = '{"data":{"a":null,"c":"3"},"metadata":{"finalizers":["example.com/two"]}}';
    await kubectl.read('patch', 'cm', name, '--type=merge', '-p', patch);
    expect(await data()).toBe('{"b":"2","c":"3"}');
    expect(await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.finalizers}')).toBe(
      '["example.com/two"]',
    );
  });

  it('by a JSON patch, all of it or nothing', async () => {
    const good =
      '[{"op":"test","path":"/data/a","value":"1"},{"op":"move","from":"/data/a","path":"/data/z"},{"op":"add","path":"/metadata/annotations","value":{"note":"y"}}]';
    await kubectl.read('patch', 'cm', name, '--type=json', '-p', good);
    expect(await data()).toBe('{"b":"2","z":"1"}');
    const bad = '[{"op":"remove","path":"/data/b"},{"op":"test","path":"/data/z","value":"other"}]';
    expect(await kubectl.refused('patch', 'cm', name, '--type=json', '-p', bad)).toContain(
      'the server rejected our request due to an error in our request',
    );
    expect(await data()).toBe('{"b":"2","z":"1"}');
  });

  it('nothing when the patch says what is there', async () => {
    const version = ['get', 'cm', name, '-o', 'jsonpath={.metadata.resourceVersion}'] as const;
    const before = await kubectl.read(...version);
    expect(await kubectl.read('patch', 'cm', name, '-p', '{"data":{"a":"1"}}')).toBe(
      `configmap/${name} patched (no change)\n`,
    );
    expect(await kubectl.read(...version)).toBe(before);
  });

  it('an image and the deadline of a pod, and no more of it', async () => {
    const { shell: image } = bench.cluster().images;
    const podName = freshName('pod');
    await kubectl.create(pod(podName, { image }));
    await kubectl.read('wait', '--for=condition=Ready', `pod/${podName}`, '--timeout=90s');
    await kubectl.read('patch', 'pod', podName, '-p', '{"spec":{"activeDeadlineSeconds":3600}}');
    expect(
      await kubectl.refused('patch', 'pod', podName, '-p', '{"spec":{"hostNetwork":true}}'),
    ).toContain('spec: Forbidden: pod updates may not change fields other than');
  });

  it('the status by itself', async () => {
    const { shell: image } = bench.cluster().images;
    const podName = freshName('pod');
    await kubectl.create(
      pod(podName, { image, spec: { readinessGates: [{ conditionType: 'example.com/open' }] } }),
    );
    await kubectl.read(
      'wait',
      '--for=condition=ContainersReady',
      `pod/${podName}`,
      '--timeout=90s',
    );
    const ready = [
      'get',
      'pod',
      podName,
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ] as const;
    expect(await kubectl.read(...ready)).toBe('False');
    const patch =
      '{"metadata":{"labels":{"gate":"open"}},"spec":{"activeDeadlineSeconds":5},"status":{"conditions":[{"type":"example.com/open","status":"True"}]}}';
    expect(await kubectl.read('patch', 'pod', podName, '--subresource=status', '-p', patch)).toBe(
      `pod/${podName} patched\n`,
    );
    await kubectl.read('wait', '--for=condition=Ready', `pod/${podName}`, '--timeout=90s');
    expect(
      await kubectl.read('get', 'pod', podName, '-o', 'jsonpath={.spec.activeDeadlineSeconds}'),
    ).toBe('');
    await kubectl.read(
      'patch',
      'pod',
      podName,
      '-p',
      '{"status":{"conditions":[{"type":"example.com/open","status":"False"}]}}',
    );
    expect(await kubectl.read(...ready)).toBe('True');
  });

  it('labels and annotations', async () => {
    expect(await kubectl.read('label', 'cm', name, 'colour=red')).toBe(
      `configmap/${name} labeled\n`,
    );
    expect(await kubectl.refused('label', 'cm', name, 'colour=blue')).toContain(
      "'colour' already has a value (red), and --overwrite is false",
    );
    await kubectl.read('label', 'cm', name, 'colour=blue', 'kind-', '--overwrite');
    expect(await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.labels}')).toBe(
      '{"colour":"blue"}',
    );
    expect(await kubectl.read('annotate', 'cm', '-l', 'colour=blue', 'example.com/note=a b')).toBe(
      `configmap/${name} annotated\n`,
    );
    expect(
      await kubectl.read(
        'get',
        'cm',
        name,
        '-o',
        String.raw`jsonpath={.metadata.annotations.example\.com/note}`,
      ),
    ).toBe('a b');
    await kubectl.read('annotate', 'cm', name, 'example.com/note-');
  });

  it('what an editor has changed', async () => {
    const edit = (program: string) =>
      kubectl.run(['edit', 'cm', name], { env: { KUBE_EDITOR: program } });
    expect(await edit(`sed -i 's/  a: "1"/  a: "9"/'`)).toMatchObject({
      exitCode: 0,
      stdout: `configmap/${name} edited\n`,
    });
    expect(await data()).toBe('{"a":"9","b":"2"}');
    const untouched = await edit('true');
    expect(`${untouched.stdout}${untouched.stderr}`).toContain('Edit cancelled, no changes made.');
  });

  it('the whole object, unless somebody else was faster', async () => {
    const stale = await kubectl.read('get', 'cm', name, '-o', 'json');
    const whole = { ...(JSON.parse(stale) as object), data: { only: 'this' } };
    const replace = (manifest: object) =>
      kubectl.run(['replace', '-f', '-'], { input: JSON.stringify(manifest) });
    expect(await replace(whole)).toMatchObject({
      exitCode: 0,
      stdout: `configmap/${name} replaced\n`,
    });
    expect(await data()).toBe('{"only":"this"}');
    const late = await replace(JSON.parse(stale) as object);
    expect(late.stderr).toContain(
      `Operation cannot be fulfilled on configmaps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    );
    const absent = await replace(configMap('absent'));
    expect(absent.stderr).toContain('configmaps "absent" not found');
  });

  it('nothing of what is immutable', async () => {
    await kubectl.read('patch', 'cm', name, '-p', '{"immutable":true}');
    expect(await kubectl.refused('patch', 'cm', name, '-p', '{"data":{"a":"0"}}')).toContain(
      'data: Forbidden: field is immutable when `immutable` is set',
    );
  });

  it('who a binding is for', async () => {
    const binding = freshName('binding');
    await kubectl.read('create', 'rolebinding', binding, '--clusterrole=view', '--user=jane');
    await kubectl.read('set', 'subject', 'rolebinding', binding, '--user=joe');
    expect(
      await kubectl.read('get', 'rolebinding', binding, '-o', 'jsonpath={.subjects[*].name}'),
    ).toBe('jane joe');
    expect(
      await kubectl.refused('patch', 'rolebinding', binding, '-p', '{"roleRef":{"name":"edit"}}'),
    ).toContain('cannot change roleRef');
  });

  it('only tries on the server when asked to', async () => {
    const trial = '--dry-run=server';
    expect(await kubectl.read('patch', 'cm', name, '-p', '{"data":{"a":"9"}}', trial)).toContain(
      `configmap/${name} patched`,
    );
    expect(await kubectl.read('label', 'cm', name, 'x=y', trial)).toBe(
      `configmap/${name} labeled (server dry run)\n`,
    );
    expect(await kubectl.read('annotate', 'cm', name, 'x=y', trial)).toBe(
      `configmap/${name} annotated (server dry run)\n`,
    );
    const replace = await kubectl.run(['replace', '-f', '-', trial], {
      input: JSON.stringify(configMap(name, { z: '1' })),
    });
    expect(replace.stdout).toBe(`configmap/${name} replaced (server dry run)\n`);
    expect(
      await kubectl.read(
        'get',
        'cm',
        name,
        '-o',
        'jsonpath={.data}{.metadata.labels}{.metadata.annotations}',
      ),
    ).toBe('{"a":"1","b":"2"}{"kind":"old"}');
  });
});
