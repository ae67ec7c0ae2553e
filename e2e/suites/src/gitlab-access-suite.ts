import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { Rights } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import type { KubeconfigChanges } from './gitlab-files.ts';
import { execRoom } from './gitlab-fixture.ts';

const pods: Rights = { pods: ['get', 'list', 'watch', 'create', 'delete'] };

/** How `millrace-gitlab exec` tells of an API server that it cannot reach, or may not use. */
export const gitlabAccessSuite: Suite = defineSuite('gitlab access', (cluster) => {
  const { project, namespace, run } = execRoom(cluster);
  const page = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<html>log in</html>');
  });
  beforeAll(() => new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening)));
  afterAll(() => new Promise<unknown>((closed) => page.close(closed)));

  const userWith = async (rights: Rights): Promise<KubeconfigChanges> => ({
    token: await cluster().newUser(namespace(), rights),
  });

  interface Case {
    readonly what: string;
    /** In what the kubeconfig differs from the administrator's. */
    readonly changes?: () => KubeconfigChanges | Promise<KubeconfigChanges>;
    /** Namespace of the runner's configuration, made from the test's own. */
    readonly namespaceOf?: (own: string) => string;
    readonly told: (namespace: string) => readonly string[];
  }

  it.each<Case>([
    {
      what: 'no right to make pods',
      changes: () => userWith({ pods: ['get', 'list', 'watch', 'delete'] }),
      told: (namespace) => ['cannot create resource "pods"', namespace, 'Role'],
    },
    {
      what: 'no right to open sessions',
      changes: () => userWith(pods),
      told: (namespace) => ['resource "pods/exec"', namespace, 'Role'],
    },
    {
      what: 'an unknown namespace',
      namespaceOf: (own) => `${own}-nowhere`,
      told: (namespace) => [`namespaces "${namespace}" not found`],
    },
    {
      what: 'an unknown token',
      changes: () => ({ token: 'unknown' }),
      told: () => ['401', 'credential', 'renew'],
    },
    {
      what: 'another CA',
      changes: () => ({ authority: rootCertificates[0] ?? '' }),
      told: () => ['certificate is not signed by an authority we trust', 'certificate-authority'],
    },
    {
      what: 'an address where nothing listens',
      changes: () => ({ server: 'https://127.0.0.1:9' }),
      told: () => ['127.0.0.1:9', 'Check the address'],
    },
    {
      what: 'a login page',
      changes: () => ({ server: `http://127.0.0.1:${(page.address() as AddressInfo).port}` }),
      told: () => ['not JSON', 'login page'],
    },
  ])(
    '$what is told with the way out, soon',
    async ({ changes, namespaceOf = (own) => own, told }) => {
      await project().write({ '.gitlab-ci.yml': 'quick:\n  script: ["echo hi"]\n' });
      const configured = namespaceOf(namespace());
      const { exitCode, stdout, stderr } = await run({
        namespace: configured,
        kubeconfig: (await changes?.()) ?? {},
        args: ['quick'],
      });
      for (const part of told(configured)) expect(stdout + stderr).toContain(part);
      expect(stdout).not.toContain('\nhi\n');
      expect(exitCode).toBe(1);
      expect(await cluster().leftovers(namespace())).toEqual([]);
    },
  );
});
