import { beforeAll, expect, it } from 'vitest';
import { freshName } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';

/** `kubectl create`, `run`, `expose`, and trials on the server. */
export const creatingSuite: KubectlSuite = defineKubectlSuite('creates', (bench) => {
  let kubectl: Kubectl;
  let image: string;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    image = bench.cluster().images.shell;
  });

  it('from YAML with several documents, and says what it made', async () => {
    const input = ['a', 'b']
      .map(
        (name) =>
          `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml-${name}\ndata:\n  text: |\n    two\n    lines\n`,
      )
      .join('---\n');
    const end = await kubectl.run(['create', '-f', '-'], { input });
    expect(end).toEqual({
      exitCode: 0,
      stdout: 'configmap/yaml-a created\nconfigmap/yaml-b created\n',
      stderr: '',
    });
    expect(await kubectl.read('get', 'cm', 'yaml-b', '-o', 'jsonpath={.data.text}')).toBe(
      'two\nlines\n',
    );
  });

  it('under a name that the server makes up', async () => {
    const names = [1, 2].map(() =>
      kubectl.create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { generateName: 'made-' },
      }),
    );
    const [first, second] = await Promise.all(names);
    expect(first).toMatch(/^configmap\/made-[a-z\d]{5}$/u);
    expect(second).not.toBe(first);
  });

  it.each<[kind: string, args: readonly string[], path: string, value: string]>([
    ['configmap', ['--from-literal=a=b'], '{.data.a}', 'b'],
    [
      'secret generic',
      ['--from-literal=a=b', '--type=example.com/kind'],
      '{.data.a} {.type}',
      'Yg== example.com/kind',
    ],
    [
      'secret docker-registry',
      ['--docker-server=r.test', '--docker-username=u', '--docker-password=p'],
      '{.type}',
      'kubernetes.io/dockerconfigjson',
    ],
    ['serviceaccount', [], '{.kind}', 'ServiceAccount'],
    [
      'service clusterip',
      ['--tcp=80:8080'],
      '{.spec.ports[0].targetPort} {.spec.selector.app}',
      '8080 made',
    ],
    [
      'service externalname',
      ['--external-name=example.com'],
      '{.spec.type} {.spec.externalName}',
      'ExternalName example.com',
    ],
    ['quota', ['--hard=pods=7'], '{.spec.hard.pods}', '7'],
    [
      'poddisruptionbudget',
      ['--selector=app=none', '--min-available=1'],
      '{.spec.minAvailable}',
      '1',
    ],
    [
      'role',
      ['--verb=get', '--resource=pods,pods/log'],
      '{.rules[0].resources}',
      '["pods","pods/log"]',
    ],
    [
      'rolebinding',
      ['--clusterrole=view', '--serviceaccount=default:default'],
      '{.roleRef.name} {.subjects[0].kind}',
      'view ServiceAccount',
    ],
  ])('a %s from arguments', async (kind, args, path, value) => {
    const [resource = '', ...rest] = kind.split(' ');
    const made = await kubectl.read('create', resource, ...rest, 'made', ...args, '-o', 'name');
    expect(await kubectl.read('get', made.trim(), '-o', `jsonpath=${path}`)).toBe(value);
    await kubectl.read('delete', made.trim());
  });

  it('things that lie in no namespace', async () => {
    const name = freshName('test');
    expect(await kubectl.read('create', 'namespace', name)).toBe(`namespace/${name} created\n`);
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Active',
      `namespace/${name}`,
      '--timeout=30s',
    );
    expect(
      await kubectl.read('create', 'clusterrole', name, '--verb=get', '--resource=nodes'),
    ).toBe(`clusterrole.rbac.authorization.k8s.io/${name} created\n`);
    expect(
      await kubectl.read('create', 'priorityclass', name, '--value=5', '--description=test'),
    ).toBe(`priorityclass.scheduling.k8s.io/${name} created\n`);
    expect(
      await kubectl.read(
        'delete',
        `clusterrole/${name}`,
        `priorityclass/${name}`,
        `namespace/${name}`,
      ),
    ).toBe(
      `clusterrole.rbac.authorization.k8s.io "${name}" deleted\npriorityclass.scheduling.k8s.io "${name}" deleted\nnamespace "${name}" deleted\n`,
    );
  });

  it('a pod from arguments, which runs', async () => {
    const args = [
      '--image-pull-policy=IfNotPresent',
      '--restart=Never',
      '--labels=made=by-run',
      '--env=WORD=magic',
    ];
    const said = await kubectl.read(
      'run',
      'runner',
      `--image=${image}`,
      ...args,
      '--command',
      '--',
      'sh',
      '-c',
      'echo $WORD',
    );
    expect(said).toBe('pod/runner created\n');
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod',
      '-l',
      'made=by-run',
      '--timeout=90s',
    );
    expect(await kubectl.read('logs', 'runner')).toBe('magic\n');
  });

  it('a service for a pod', async () => {
    await kubectl.create(
      pod('exposed', {
        image,
        labels: { app: 'exposed' },
        container: { ports: [{ containerPort: 8080 }] },
      }),
    );
    expect(await kubectl.read('expose', 'pod', 'exposed', '--port=80')).toBe(
      'service/exposed exposed\n',
    );
    expect(
      await kubectl.read(
        'get',
        'service',
        'exposed',
        '-o',
        'jsonpath={.spec.selector.app}:{.spec.ports[0].port}',
      ),
    ).toBe('exposed:80');
  });

  it('a token that the server takes', async () => {
    const token = (await kubectl.read('create', 'token', 'default', '--duration=10m')).trim();
    expect(token.split('.')).toHaveLength(3);
    const bearer = await kubectl.as(token);
    expect(await bearer.read('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe(
      `system:serviceaccount:${kubectl.namespace}:default`,
    );
  });

  it('nothing twice', async () => {
    await kubectl.create(configMap('once'));
    expect(await kubectl.refused('create', 'configmap', 'once')).toBe(
      'error: failed to create configmap: configmaps "once" already exists\n',
    );
  });

  it.each([
    [
      'a bad name',
      configMap('Not_A_Name'),
      /The ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain/u,
    ],
    [
      'a missing field',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'empty' }, spec: { containers: [] } },
      /The Pod "empty" is invalid: spec\.containers: Required value/u,
    ],
    [
      'an unknown field',
      { ...configMap('odd'), wings: 2 },
      /strict decoding error: unknown field "wings"/u,
    ],
    [
      'a value of a wrong type',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'odd' }, data: { a: 1 } },
      /cannot unmarshal number into Go struct field ConfigMap\.data of type string/u,
    ],
    [
      'an unknown kind',
      { apiVersion: 'v1', kind: 'Unicorn', metadata: { name: 'odd' } },
      /no matches for kind "Unicorn" in version "v1"/u,
    ],
  ])('refuses %s', async (_what, manifest, words) => {
    const { exitCode, stderr } = await kubectl.run(['create', '-f', '-'], {
      input: JSON.stringify(manifest),
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(words);
  });

  it('refuses what belongs into another namespace, and into none that is there', async () => {
    const elsewhere = await kubectl.run(['create', '-f', '-'], {
      input: JSON.stringify(configMap('x', {}, { namespace: 'default' })),
    });
    expect(elsewhere.stderr).toBe(
      `error: the namespace from the provided object "default" does not match the namespace "${kubectl.namespace}". You must pass '--namespace=default' to perform this operation.\n`,
    );
    const nowhere = kubectl.inNamespace('no-such-namespace');
    expect(await nowhere.refused('create', 'configmap', 'x')).toBe(
      'error: failed to create configmap: namespaces "no-such-namespace" not found\n',
    );
  });

  it('only tries on the server when asked to', async () => {
    const input = JSON.stringify(pod('trial', { image }));
    const end = await kubectl.run(['create', '-f', '-', '--dry-run=server', '-o', 'yaml'], {
      input,
    });
    expect(end.stdout).toContain('  serviceAccountName: default\n');
    expect(end.stdout).toMatch(/^ {2}uid: /mu);
    expect(end.stdout).not.toMatch(/^ {2}resourceVersion: /mu);
    expect((await kubectl.run(['create', '-f', '-', '--dry-run=server'], { input })).stdout).toBe(
      'pod/trial created (server dry run)\n',
    );
    expect(await kubectl.read('get', 'pod', 'trial', '--ignore-not-found')).toBe('');
    const bad = await kubectl.run(['create', '-f', '-', '--dry-run=server'], {
      input: JSON.stringify(configMap('Bad')),
    });
    expect(bad.stderr).toContain('is invalid');
  });
});
