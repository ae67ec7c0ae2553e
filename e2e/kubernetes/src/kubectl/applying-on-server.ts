import { beforeAll, beforeEach, expect, it } from 'vitest';
import { freshName } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import type { KubectlEnd } from './kubectl-process.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl apply --server-side`. */
export const serverSideApplySuite: KubectlSuite = defineKubectlSuite(
  'applies on the server',
  (bench) => {
    let kubectl: Kubectl;
    let name: string;

    beforeAll(async () => {
      kubectl = await bench.sharedRoom();
    });
    beforeEach(() => {
      name = freshName('map');
    });
    const apply = (
      manager: string,
      manifest: object,
      ...args: readonly string[]
    ): Promise<KubectlEnd> =>
      kubectl.run(['apply', '--server-side', `--field-manager=${manager}`, '-f', '-', ...args], {
        input: JSON.stringify(manifest),
      });
    const data = (): Promise<string> => kubectl.read('get', 'cm', name, '-o', 'jsonpath={.data}');
    const managers = async (
      resource = `cm/${name}`,
    ): Promise<Readonly<Record<string, unknown>>> => {
      const object = JSON.parse(
        await kubectl.read('get', resource, '-o', 'json', '--show-managed-fields'),
      ) as Managed;
      return Object.fromEntries(
        object.metadata.managedFields.map(({ manager, operation, fieldsV1 }) => [
          `${manager} ${operation}`,
          fieldsV1,
        ]),
      );
    };

    it('creates, changes, and remembers whose the fields are', async () => {
      const manifest = configMap(name, { a: '1' }, { labels: { x: 'y' } });
      expect(await apply('one', manifest)).toEqual({
        exitCode: 0,
        stdout: `configmap/${name} serverside-applied\n`,
        stderr: '',
      });
      expect(await managers()).toEqual({
        'one Apply': { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } },
      });
      const version = await kubectl.read(
        'get',
        'cm',
        name,
        '-o',
        'jsonpath={.metadata.resourceVersion}',
      );
      await apply('one', manifest);
      expect(
        await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.resourceVersion}'),
      ).toBe(version);
      await apply('one', configMap(name, { a: '2' }));
      expect(await data()).toBe('{"a":"2"}');
      expect(await kubectl.read('get', 'cm', name, '-o', 'jsonpath={.metadata.labels}')).toBe('');
    });

    it('removes what a manager no longer says, unless another one does', async () => {
      await apply('one', configMap(name, { a: '1', b: '2', c: '3' }));
      await apply('two', configMap(name, { b: '2' }));
      await kubectl.read('patch', 'cm', name, '-p', '{"data":{"c":"3","d":"4"}}');
      await apply('one', configMap(name, {}));
      expect(await data()).toBe('{"b":"2","d":"4"}');
    });

    it('refuses to take a field from its manager', async () => {
      await apply('one', configMap(name, { a: '1', b: '1' }));
      const { exitCode, stderr } = await apply('two', configMap(name, { a: '2' }));
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /^error: Apply failed with 1 conflict: conflict with "one": \.data\.a\nPlease review the fields above/u,
      );
      const both = await apply('two', configMap(name, { a: '2', b: '2' }));
      expect(both.stderr).toMatch(
        /^error: Apply failed with 2 conflicts: conflicts with "one":\n- \.data\.a\n- \.data\.b\nPlease review/u,
      );
      expect(await data()).toBe('{"a":"1","b":"1"}');
    });

    it('takes it when forced to, and the former manager loses it', async () => {
      await apply('one', configMap(name, { a: '1', b: '1' }));
      expect((await apply('two', configMap(name, { a: '2' }), '--force-conflicts')).exitCode).toBe(
        0,
      );
      expect(await data()).toBe('{"a":"2","b":"1"}');
      expect(await managers()).toEqual({
        'one Apply': { 'f:data': { 'f:b': {} } },
        'two Apply': { 'f:data': { 'f:a': {} } },
      });
      await apply('one', configMap(name, { b: '1' }));
      expect(await data()).toBe('{"a":"2","b":"1"}');
    });

    it('shares a field between managers who say the same', async () => {
      await apply('one', configMap(name, { a: '1' }));
      expect((await apply('two', configMap(name, { a: '1' }))).exitCode).toBe(0);
      const { stderr } = await apply('one', configMap(name, { a: '2' }));
      expect(stderr).toContain('conflict with "two": .data.a');
      await apply('two', configMap(name, {}));
      expect((await apply('one', configMap(name, { a: '2' }))).exitCode).toBe(0);
    });

    it('is in conflict with whoever changed a field by other means', async () => {
      await apply('one', configMap(name, { a: '1' }));
      await kubectl.read('patch', 'cm', name, '-p', '{"data":{"a":"2"}}');
      const { stderr } = await apply('one', configMap(name, { a: '1' }));
      expect(stderr).toContain('conflict with "kubectl-patch" using v1: .data.a');
      await apply('one', configMap(name, { a: '1' }), '--force-conflicts');
      expect(await data()).toBe('{"a":"1"}');
    });

    it('merges the elements of a list by their key', async () => {
      const account = (secrets: readonly string[]): object => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name },
        secrets: secrets.map((secret) => ({ name: secret })),
      });
      const names = ['get', 'sa', name, '-o', 'jsonpath={.secrets[*].name}'] as const;
      await apply('one', account(['a', 'b']));
      await apply('two', account(['c']));
      expect(await kubectl.read(...names)).toBe('a b c');
      await apply('one', account(['b']));
      expect(await kubectl.read(...names)).toBe('b c');
      expect(await managers(`sa/${name}`)).toMatchObject({
        'two Apply': { 'f:secrets': { 'k:{"name":"c"}': {} } },
      });
    });

    it('applies a pod, and applies it again', async () => {
      const manifest = pod(name, {
        image: bench.cluster().images.shell,
        labels: { app: 'web' },
        container: {
          env: [{ name: 'A', value: 'b' }],
          ports: [{ containerPort: 80, name: 'web' }],
        },
      });
      expect((await apply('one', manifest)).stdout).toBe(`pod/${name} serverside-applied\n`);
      await kubectl.read('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=90s');
      expect((await apply('one', manifest)).stdout).toBe(`pod/${name} serverside-applied\n`);
      expect(await managers(`pod/${name}`)).toMatchObject({
        'one Apply': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"main"}': {
                '.': {},
                'f:command': {},
                'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:ports': {
                  'k:{"containerPort":80,"protocol":"TCP"}': {
                    '.': {},
                    'f:containerPort': {},
                    'f:name': {},
                  },
                },
              },
            },
            'f:terminationGracePeriodSeconds': {},
          },
        },
      });
    });

    it('takes over what the client applied before', async () => {
      const input = JSON.stringify(configMap(name, { a: '1', b: '2' }));
      await kubectl.run(['apply', '-f', '-'], { input });
      expect(Object.keys(await managers())).toEqual(['kubectl-client-side-apply Update']);
      const { exitCode } = await kubectl.run(['apply', '--server-side', '-f', '-'], {
        input: JSON.stringify(configMap(name, { a: '3' })),
      });
      expect(exitCode).toBe(0);
      expect(await data()).toBe('{"a":"3"}');
    });

    it('only tries when asked to', async () => {
      await apply('one', configMap(name, { a: '1' }));
      expect((await apply('one', configMap(name, { a: '2' }), '--dry-run=server')).stdout).toBe(
        `configmap/${name} serverside-applied (server dry run)\n`,
      );
      expect(
        (await apply('two', configMap(name, { a: '2' }), '--dry-run=server')).stderr,
      ).toContain('conflict with "one": .data.a');
      expect(await data()).toBe('{"a":"1"}');
    });

    it('tells who manages an object that was made otherwise', async () => {
      await kubectl.read('create', 'configmap', name, '--from-literal=a=1');
      expect(await managers()).toEqual({
        'kubectl-create Update': { 'f:data': { '.': {}, 'f:a': {} } },
      });
      await kubectl.read('label', 'cm', name, 'x=y');
      expect(await managers()).toMatchObject({
        'kubectl-label Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } } },
      });
    });
  },
);

interface Managed {
  readonly metadata: {
    readonly managedFields: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly fieldsV1: unknown;
    }[];
  };
}
