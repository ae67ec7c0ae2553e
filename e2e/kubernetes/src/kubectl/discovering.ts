import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';

/** What `kubectl` learns of a server: its kinds, their fields, its version. */
export const discoveringSuite: KubectlSuite = defineKubectlSuite('discovers', (bench) => {
  let kubectl: Kubectl;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
  });

  it.each([
    ['pods', 'po', 'v1', 'true', 'Pod'],
    ['services', 'svc', 'v1', 'true', 'Service'],
    ['nodes', 'no', 'v1', 'false', 'Node'],
    ['persistentvolumeclaims', 'pvc', 'v1', 'true', 'PersistentVolumeClaim'],
    ['poddisruptionbudgets', 'pdb', 'policy/v1', 'true', 'PodDisruptionBudget'],
    ['clusterroles', '', 'rbac.authorization.k8s.io/v1', 'false', 'ClusterRole'],
    ['selfsubjectaccessreviews', '', 'authorization.k8s.io/v1', 'false', 'SelfSubjectAccessReview'],
    ['leases', '', 'coordination.k8s.io/v1', 'true', 'Lease'],
  ])('the resource %s', async (plural, short, version, namespaced, kind) => {
    const text = await kubectl.read('api-resources', '--no-headers');
    const row = text
      .split('\n')
      .find((line) => line.startsWith(`${plural} `) && line.endsWith(kind));
    expect(row?.split(/ +/u)).toEqual(
      [plural, short, version, namespaced, kind].filter((cell) => cell !== ''),
    );
  });

  it('which resources can be listed, and which lie in no namespace', async () => {
    const listed = await kubectl.read('api-resources', '--verbs=list,watch', '-o', 'name');
    expect(listed.split('\n')).toEqual(
      expect.arrayContaining(['pods', 'secrets', 'roles.rbac.authorization.k8s.io']),
    );
    expect(listed).not.toContain('selfsubjectaccessreviews');
    const wide = await kubectl.read('api-resources', '--namespaced=false', '--no-headers');
    expect(wide).toMatch(/^namespaces +ns /mu);
    expect(wide).not.toMatch(/^pods /mu);
  });

  it('the versions of the API', async () => {
    const versions = (await kubectl.read('api-versions')).split('\n');
    expect(versions).toEqual(
      expect.arrayContaining([
        'v1',
        'policy/v1',
        'rbac.authorization.k8s.io/v1',
        'coordination.k8s.io/v1',
      ]),
    );
  });

  it('the fields of a kind', async () => {
    const text = await kubectl.read('explain', 'pod.spec');
    expect(text).toMatch(/^KIND: +Pod\nVERSION: +v1\n\nFIELD: spec <PodSpec>\n/u);
    for (const line of [
      /^ {2}containers\t<\[\]Container> -required-$/mu,
      /^ {2}activeDeadlineSeconds\t<integer>$/mu,
      /^ {2}nodeSelector\t<map\[string\]string>$/mu,
      /^ {2}tolerations\t<\[\]Toleration>$/mu,
      /^ {2}hostNetwork\t<boolean>$/mu,
    ])
      expect(text).toMatch(line);
  });

  it('a field deep below, and everything below one', async () => {
    expect(await kubectl.read('explain', 'pods.spec.containers.ports.containerPort')).toMatch(
      /^KIND: +Pod\nVERSION: +v1\n\nFIELD: containerPort <integer>/u,
    );
    const tree = await kubectl.read('explain', 'secrets', '--recursive');
    expect(tree).toMatch(
      /^ {2}metadata\t<ObjectMeta>\n(?: {4}.*\n)* {4}ownerReferences\t<\[\]OwnerReference>\n(?: {6}.*\n)* {6}uid\t<string> -required-$/mu,
    );
    expect(tree).toMatch(/^ {2}stringData\t<map\[string\]string>$/mu);
  });

  it('that a field is not there', async () => {
    expect(await kubectl.refused('explain', 'pod.spec.wings')).toContain(
      'error: field "wings" does not exist',
    );
  });

  it('the version of the server, near its own', async () => {
    const version = JSON.parse(await kubectl.read('version', '-o', 'json')) as Versions;
    expect(version.serverVersion.gitVersion).toBe(bench.cluster().version);
    expect(version.serverVersion.major).toBe('1');
    expect(version.serverVersion.minor).toMatch(/^\d+/u);
    expect((await kubectl.run(['version'])).stderr).toBe('');
  });

  it('where the server is and that it is well', async () => {
    expect(await kubectl.read('cluster-info')).toContain(
      `is running at ${bench.cluster().server}\n`,
    );
    for (const path of ['/readyz', '/livez', '/healthz'])
      expect(await kubectl.read('get', '--raw', path)).toBe('ok');
  });
});

interface Versions {
  readonly serverVersion: Readonly<Record<'major' | 'minor' | 'gitVersion', string>>;
}
