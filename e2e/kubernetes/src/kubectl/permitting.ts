import { beforeAll, expect, it } from 'vitest';
import { until } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { pod } from './manifests.ts';
import { rowsOf } from './table.ts';

/** What users with few rights may do by `kubectl`, and `kubectl auth`. */
export const permittingSuite: KubectlSuite = defineKubectlSuite('and rights', (bench) => {
  let admin: Kubectl;
  let reader: Kubectl;
  let name: string;

  beforeAll(async () => {
    admin = await bench.sharedRoom();
    const { images, newUser } = bench.cluster();
    await admin.create(
      pod('subject', { image: images.shell, program: 'echo hello; sleep 3600 & wait' }),
    );
    await admin.read('wait', '--for=condition=Ready', 'pod/subject', '--timeout=90s');
    reader = await admin.as(
      await newUser(admin.namespace, { pods: ['get', 'list', 'watch'], 'pods/log': ['get'] }),
    );
    name = await reader.read('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
  });

  it('a user knows who it is', async () => {
    expect(name).toMatch(new RegExp(`^system:serviceaccount:${admin.namespace}:`, 'u'));
    const table = await reader.read('auth', 'whoami');
    expect(table).toMatch(/^ATTRIBUTE +VALUE\nUsername +system:serviceaccount:/u);
    const groups = await reader.read('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.groups}');
    expect(JSON.parse(groups)).toEqual([
      'system:serviceaccounts',
      `system:serviceaccounts:${admin.namespace}`,
      'system:authenticated',
    ]);
  });

  it('does what its role says', async () => {
    expect(await reader.read('get', 'pods', '-o', 'name')).toBe('pod/subject\n');
    expect(await reader.read('logs', 'subject')).toBe('hello\n');
    expect(await reader.start(['get', 'pods', '--watch']).shows(/^subject /mu)).toBeDefined();
  });

  it.each([
    [
      'get secrets',
      'secrets is forbidden: User "NAME" cannot list resource "secrets" in API group "" in the namespace "HERE"',
    ],
    [
      'get secret some',
      'secrets "some" is forbidden: User "NAME" cannot get resource "secrets" in API group "" in the namespace "HERE"',
    ],
    [
      'delete pod subject',
      'pods "subject" is forbidden: User "NAME" cannot delete resource "pods" in API group "" in the namespace "HERE"',
    ],
    [
      'label pod subject a=b',
      'pods "subject" is forbidden: User "NAME" cannot patch resource "pods" in API group "" in the namespace "HERE"',
    ],
    [
      'get roles',
      'roles.rbac.authorization.k8s.io is forbidden: User "NAME" cannot list resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "HERE"',
    ],
    [
      'get nodes',
      'nodes is forbidden: User "NAME" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'get pods -A',
      'pods is forbidden: User "NAME" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      'get pods -n default',
      'pods is forbidden: User "NAME" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
  ])('is refused %s', async (command, message) => {
    const said = await reader.refused(...command.split(' '));
    expect(said).toBe(
      `Error from server (Forbidden): ${message.replace('NAME', name).replace('HERE', admin.namespace)}\n`,
    );
  });

  it('is refused to create and to run commands', async () => {
    expect(await reader.refused('create', 'configmap', 'x')).toContain(
      `configmaps is forbidden: User "${name}" cannot create resource "configmaps" in API group "" in the namespace "${admin.namespace}"`,
    );
    expect(await reader.refused('exec', 'subject', '--', 'true')).toContain(
      `pods "subject" is forbidden: User "${name}" cannot create resource "pods/exec" in API group "" in the namespace "${admin.namespace}"`,
    );
    expect(await reader.refused('port-forward', 'subject', ':80')).toContain(
      `cannot create resource "pods/portforward"`,
    );
  });

  it.each([
    ['get and create', ['get', 'create'], true],
    ['create alone', ['create'], true],
    ['get alone', ['get'], false],
  ] as const)('runs commands with the right to %s, or not', async (_right, verbs, may) => {
    const token = await bench
      .cluster()
      .newUser(admin.namespace, { pods: ['get'], 'pods/exec': verbs });
    const user = await admin.as(token);
    const end = await user.run(['exec', 'subject', '--', 'echo', 'hi']);
    expect(end).toMatchObject(may ? { exitCode: 0, stdout: 'hi\n' } : { exitCode: 1, stdout: '' });
    if (!may) expect(end.stderr).toContain('cannot create resource "pods/exec"');
  });

  it('can ask what it may', async () => {
    expect(await reader.run(['auth', 'can-i', 'get', 'pods'])).toEqual({
      exitCode: 0,
      stdout: 'yes\n',
      stderr: '',
    });
    expect(await reader.run(['auth', 'can-i', 'get', 'pods', '--subresource=log'])).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
    expect(await reader.run(['auth', 'can-i', 'delete', 'pods'])).toMatchObject({
      exitCode: 1,
      stdout: 'no\n',
    });
    expect(await reader.run(['auth', 'can-i', 'get', 'pods', '-n', 'default'])).toMatchObject({
      exitCode: 1,
      stdout: 'no\n',
    });
    expect(await reader.run(['auth', 'can-i', 'get', '/version'])).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
    expect(await reader.run(['auth', 'can-i', 'get', '/metrics'])).toMatchObject({
      exitCode: 1,
      stdout: 'no\n',
    });
  });

  it('can list what it may', async () => {
    const table = await reader.read('auth', 'can-i', '--list');
    expect(rowsOf(table)).toEqual(
      expect.arrayContaining([
        ['pods', '[]', '[]', '[get list watch]'],
        ['pods/log', '[]', '[]', '[get]'],
        ['selfsubjectaccessreviews.authorization.k8s.io', '[]', '[]', '[create]'],
        ['[/version]', '[]', '[get]'],
      ]),
    );
  });

  it('an administrator may ask and act as somebody else', async () => {
    expect(await admin.run(['auth', 'can-i', 'get', 'pods', `--as=${name}`])).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
    expect(await admin.run(['auth', 'can-i', 'get', 'secrets', `--as=${name}`])).toMatchObject({
      exitCode: 1,
      stdout: 'no\n',
    });
    expect(
      await admin.read(
        'auth',
        'whoami',
        '--as=jane',
        '--as-group=team',
        '-o',
        'jsonpath={.status.userInfo}',
      ),
    ).toBe('{"groups":["team","system:authenticated"],"username":"jane"}');
    expect(await admin.refused('get', 'pods', '--as=jane')).toContain(
      'User "jane" cannot list resource "pods"',
    );
    expect(await admin.run(['auth', 'can-i', '*', '*', '--all-namespaces'])).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
  });

  it('nobody else may', async () => {
    expect(await reader.refused('get', 'pods', '--as=jane')).toMatch(
      new RegExp(
        `^Error from server \\(Forbidden\\): .* is forbidden: User "${name}" cannot impersonate`,
        'u',
      ),
    );
  });

  it('a token that the server does not know is refused', async () => {
    const stranger = await admin.as('not-a-token');
    expect(await stranger.refused('get', 'pods')).toContain(
      'error: You must be logged in to the server',
    );
  });

  it('a role can be given and taken', async () => {
    const other = await admin.as(await bench.cluster().newUser(admin.namespace, {}));
    expect(await other.refused('get', 'configmaps')).toContain('Forbidden');
    const account =
      (await other.read('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'))
        .split(':')
        .at(-1) ?? '';
    await admin.read(
      'create',
      'rolebinding',
      'given',
      '--clusterrole=view',
      `--serviceaccount=${admin.namespace}:${account}`,
    );
    // An API server learns of new roles from a watch of its own.
    await until(
      async () => (await other.run(['auth', 'can-i', 'list', 'configmaps'])).exitCode === 0,
    );
    expect(await other.read('get', 'configmaps', '-o', 'name')).toBe(
      'configmap/kube-root-ca.crt\n',
    );
    expect(await other.refused('get', 'secrets')).toContain('cannot list resource "secrets"');
    await admin.read('delete', 'rolebinding', 'given');
    await until(
      async () => (await other.run(['auth', 'can-i', 'list', 'configmaps'])).exitCode === 1,
    );
    expect(await other.refused('get', 'configmaps')).toContain('Forbidden');
  });
});
