import { beforeAll, beforeEach, expect, it } from 'vitest';
import { freshName } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import type { KubectlEnd } from './kubectl-process.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl apply` as the client does it, `diff`. */
export const applyingSuite: KubectlSuite = defineKubectlSuite('applies', (bench) => {
  let kubectl: Kubectl;
  let name: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
  });
  beforeEach(() => {
    name = freshName('map');
  });
  const apply = (manifest: object, ...args: readonly string[]): Promise<KubectlEnd> =>
    kubectl.run(['apply', '-f', '-', ...args], { input: JSON.stringify(manifest) });
  const data = (): Promise<string> => kubectl.read('get', 'cm', name, '-o', 'jsonpath={.data}');

  it('creates, changes and leaves alone', async () => {
    expect(await apply(configMap(name, { a: '1' }))).toEqual({
      exitCode: 0,
      stdout: `configmap/${name} created\n`,
      stderr: '',
    });
    expect(await apply(configMap(name, { a: '1' }))).toEqual({
      exitCode: 0,
      stdout: `configmap/${name} unchanged\n`,
      stderr: '',
    });
    expect(await apply(configMap(name, { a: '2' }))).toEqual({
      exitCode: 0,
      stdout: `configmap/${name} configured\n`,
      stderr: '',
    });
    expect(await data()).toBe('{"a":"2"}');
  });

  it('removes what the manifest no longer says, and nothing else', async () => {
    await apply(configMap(name, { a: '1', b: '2' }, { labels: { x: 'y', kept: 'k' } }));
    await kubectl.read(
      'patch',
      'cm',
      name,
      '-p',
      '{"data":{"foreign":"3"},"metadata":{"labels":{"z":"w"}}}',
    );
    await apply(configMap(name, { b: '2' }, { labels: { kept: 'k' } }));
    expect(await data()).toBe('{"b":"2","foreign":"3"}');
    expect(await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.labels}')).toBe(
      '{"kept":"k","z":"w"}',
    );
  });

  it('a pod again without a change', async () => {
    const manifest = pod(name, {
      image: bench.cluster().images.shell,
      labels: { app: 'web' },
      container: { env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '10m' } } },
    });
    expect((await apply(manifest)).stdout).toBe(`pod/${name} created\n`);
    await kubectl.read('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=90s');
    expect((await apply(manifest)).stdout).toBe(`pod/${name} unchanged\n`);
  });

  it('over what was made otherwise, with a warning', async () => {
    await kubectl.create(configMap(name, { a: '1' }));
    const { stdout, stderr } = await apply(configMap(name, { b: '2' }));
    expect(stdout).toBe(`configmap/${name} configured\n`);
    expect(stderr).toContain(
      'is missing the kubectl.kubernetes.io/last-applied-configuration annotation',
    );
    expect(await data()).toBe('{"a":"1","b":"2"}');
  });

  it('only tries on the server when asked to', async () => {
    const trial = '--dry-run=server';
    expect((await apply(configMap(name, { a: '1' }), trial)).stdout).toBe(
      `configmap/${name} created (server dry run)\n`,
    );
    expect(await kubectl.read('get', 'cm', name, '--ignore-not-found')).toBe('');
    await apply(configMap(name, { a: '1' }));
    expect((await apply(configMap(name, { a: '2' }), trial)).stdout).toBe(
      `configmap/${name} configured (server dry run)\n`,
    );
    expect(await data()).toBe('{"a":"1"}');
  });

  it('shows the difference it would make', async () => {
    await apply(configMap(name, { a: '1' }));
    const same = await kubectl.run(['diff', '-f', '-'], {
      input: JSON.stringify(configMap(name, { a: '1' })),
    });
    expect(same).toMatchObject({ exitCode: 0, stdout: '' });
    const other = await kubectl.run(['diff', '-f', '-'], {
      input: JSON.stringify(configMap(name, { a: '2' })),
    });
    expect(other.exitCode).toBe(1);
    expect(other.stdout).toMatch(/^- {2}a: "1"\n\+ {2}a: "2"$/mu);
  });
});
