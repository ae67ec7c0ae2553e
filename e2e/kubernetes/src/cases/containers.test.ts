import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { execRoom } from '@millrace/e2e-suites/gitlab-fixture';
import { describe, expect, it } from 'vitest';
import { append, mount, setField, setInContainers } from './pod-wishes.ts';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);

describe('a pod', () => {
  it('with read-only root file systems runs jobs', async () => {
    const readOnly = { readOnlyRootFilesystem: true };
    const job = await jobs.start({
      stages: [
        { name: 'prepare', container: 'helper', script: 'true' },
        { name: 'script', script: 'touch /tmp/file || echo read-only' },
      ],
      contributions: [
        setInContainers('build', '/securityContext', readOnly),
        setInContainers('helper', '/securityContext', readOnly),
      ],
    });
    expect((await job.result).outcome).toEqual({ kind: 'success' });
    expect(job.recorder.output().toString()).toMatch(/Read-only file system\nread-only\n$/);
  });

  it('of an ordinary user with a group for volumes lets both containers write the same files', async () => {
    const job = await jobs.start({
      stages: [
        { name: 'prepare', container: 'helper', script: 'echo one >/data/file' },
        { name: 'script', script: 'echo two >>/data/file; id -u; id -G; stat -c %g /data/file' },
        { name: 'after', container: 'helper', script: 'echo three >>/data/file; cat /data/file' },
      ],
      contributions: [
        setField('/spec/securityContext', {
          runAsUser: 1000,
          runAsGroup: 1000,
          runAsNonRoot: true,
          fsGroup: 2000,
        }),
        append('/spec/volumes', { name: 'data', emptyDir: {} }),
        mount('data', '/data'),
      ],
    });
    expect((await job.result).outcome).toEqual({ kind: 'success' });
    expect(job.recorder.output().toString()).toBe('1000\n1000 2000\n2000\none\ntwo\nthree\n');
  });
});

describe('by millrace-gitlab', () => {
  const { project, namespace, run } = execRoom(cluster);
  const server = (words: string): string =>
    `mkdir /www; echo ${words} >/www/index.html; exec httpd -f -p 8080 -h /www`;

  it('a native sidecar of a pod patch serves the job, and does not hold up its end', async () => {
    await project().write({
      '.gitlab-ci.yml': `
job:
  image: ${cluster().images.tools}
  script: ["curl -fsS http://127.0.0.1:8080/"]
`,
    });
    const sidecar = {
      initContainers: [
        {
          name: 'proxy',
          image: cluster().images.shell,
          restartPolicy: 'Always',
          command: ['sh', '-c', server('from the sidecar')],
          startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      ],
    };
    const { exitCode, stdout, stderr } = await run({
      config: [
        '[[runners.kubernetes.pod_spec]]',
        'name = "sidecar"',
        'patch_type = "strategic"',
        `patch = '${JSON.stringify(sidecar)}'`,
        '[runners.feature_flags]',
        'FF_USE_ADVANCED_POD_SPEC_CONFIGURATION = true',
        '',
      ].join('\n'),
    });
    expect({ stdout, stderr }).toMatchObject({
      stdout: expect.stringContaining('\nfrom the sidecar\n'),
    });
    expect(exitCode).toBe(0);
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });

  it('services answer by alias, the cluster’s Services by their names', async () => {
    await project().write({
      '.gitlab-ci.yml': `
job:
  image: ${cluster().images.tools}
  services:
    - name: ${cluster().images.shell}
      alias: db
      command: ["sh", "-c", "${server('from db')}"]
  script:
    - until curl -fsS http://db:8080/; do sleep 0.1; done
    - getent hosts kubernetes.default.svc.cluster.local
    - getent hosts kubernetes.default
    - getent hosts no-such-service.default || echo unknown
`,
    });
    const { exitCode, stdout } = await run();
    expect(stdout).toContain('\nfrom db\n');
    expect(stdout.match(/^[\d.]+ +kubernetes\.default\.svc\.cluster\.local$/gm)).toHaveLength(2);
    expect(stdout).toContain('\nunknown\n');
    expect(exitCode).toBe(0);
  });
});
