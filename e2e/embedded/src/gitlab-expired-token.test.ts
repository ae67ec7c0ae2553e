import { startEmbeddedCluster, type EmbeddedCluster } from '@millrace/embedded-cluster';
import { runGitlab, temporaryFolder, type Folder } from '@millrace/e2e-suites/gitlab-program';
import { silentLogger } from '@millrace/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: Folder;
let cluster: EmbeddedCluster;
beforeAll(async () => {
  folder = await temporaryFolder();
  cluster = await startEmbeddedCluster({
    logger: silentLogger,
    signal: new AbortController().signal,
  });
});
afterAll(async () => {
  await cluster.close();
  await folder.remove();
});

it('an expired token is told with the way out, soon', async () => {
  cluster.addToken({ token: 'old', user: 'u', groups: ['system:masters'], expiresAt: 1 });
  await folder.write({
    '.gitlab-ci.yml': 'quick:\n  script: ["echo hi"]\n',
    kubeconfig: cluster.kubeconfig.replace(cluster.adminToken, 'old'),
  });
  const { exitCode, stdout, stderr } = await runGitlab(
    ['exec', 'quick', '--kubeconfig', 'kubeconfig'],
    folder.path,
  );
  expect(stderr).toContain('401');
  expect(stderr).toContain('expired');
  expect(stdout).not.toContain('\nhi\n');
  expect(exitCode).toBe(1);
});
