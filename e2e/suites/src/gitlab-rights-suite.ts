import type { Permission } from '@millrace/core';
import { executorPermissions } from '@millrace/engine';
import { builtInPlugins } from '@millrace/gitlab-compat/composition';
import type { Rights } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { execRoom } from './gitlab-fixture.ts';

/** A job that makes use of what plugins make beside the pod. */
const pipeline = `
job:
  variables:
    DOCKER_AUTH_CONFIG: '{"auths":{"registry.example.com":{"auth":"dXNlcjpwYXNz"}}}'
  script: ["echo hello"]
`;
const budget = 'pod_disruption_budget = true\n';

/** `millrace-gitlab exec` with no rights but those that it says it needs. */
export const gitlabRightsSuite: Suite = defineSuite('gitlab rights', (cluster) => {
  const { project, namespace, run } = execRoom(cluster);
  const declared: readonly Permission[] = [
    ...executorPermissions,
    ...builtInPlugins('transfer').flatMap(({ plugin }) => plugin.permissions ?? []),
  ];
  const runAs = async (rights: Rights, config = '') => {
    await project().write({ '.gitlab-ci.yml': pipeline });
    const token = await cluster().newUser(namespace(), rights);
    return run({ kubeconfig: { token }, config });
  };

  it('all rights that engine and plugins declare are enough, budgets and credentials included', async () => {
    const { exitCode, stdout, stderr } = await runAs(rightsOf(declared), budget);
    expect(stdout).toContain('\nhello\n');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });

  it('without the optional ones a job runs too, and the program says what it lacks', async () => {
    const needed = declared.filter(({ optional = false }) => !optional);
    const { exitCode, stdout, stderr } = await runAs(rightsOf(needed));
    expect(stdout).toContain('\nhello\n');
    expect(stderr).toContain('Grant the verbs list and watch on pods to the runner.');
    expect(exitCode).toBe(0);
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });

  it('without the right to delete the job’s own exit counts, and what stays behind is named', async () => {
    const rights = rightsOf(declared);
    const { exitCode, stdout } = await runAs({
      ...rights,
      pods: (rights['pods'] ?? []).filter((verb) => verb !== 'delete'),
    });
    expect(stdout).toMatch(/Error cleaning up Pod \S+: .*cannot delete resource "pods"/);
    expect(stdout).toContain('Job succeeded');
    expect(exitCode).toBe(0);
  });
});

/** Of the namespace; a namespace for each job is somebody else's to grant. */
function rightsOf(permissions: readonly Permission[]): Rights {
  const rights: Record<string, string[]> = {};
  for (const { apiGroups, resources, verbs } of permissions)
    for (const resource of resources.filter((each) => each !== 'namespaces'))
      for (const group of apiGroups)
        (rights[group === '' ? resource : `${resource}.${group}`] ??= []).push(...verbs);
  return rights;
}
