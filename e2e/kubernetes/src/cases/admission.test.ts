import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { execRoom } from '@millrace/e2e-suites/gitlab-fixture';
import { describe, expect, it } from 'vitest';
import { asAdministrator, foreignType, sighting } from './cluster-calls.ts';
import { setInContainers } from './pod-wishes.ts';
import { realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const { signal } = new AbortController();
const ok = [
  { name: 'prepare', container: 'helper', script: 'id -u' },
  { name: 'script', script: 'id -u' },
];

async function enforce(namespace: string, level: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  const answer = await asAdministrator(
    cluster(),
    'PATCH',
    `/api/v1/namespaces/${namespace}`,
    { metadata: { labels } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(answer.status).toBe(200);
}

describe('Pod Security “restricted”', () => {
  const violations = [
    'allowPrivilegeEscalation != false (containers "build", "helper" must set securityContext.allowPrivilegeEscalation=false)',
    'unrestricted capabilities (containers "build", "helper" must set securityContext.capabilities.drop=["ALL"])',
    'runAsNonRoot != true (pod or containers "build", "helper" must set securityContext.runAsNonRoot=true)',
    'seccompProfile (pod or containers "build", "helper" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ];

  it('refuses a pod, and the job tells every violation', async () => {
    const namespace = await cluster().newNamespace();
    await enforce(namespace, 'restricted');
    const job = await jobs.start({ namespace, stages: ok });
    const { outcome } = await job.result;
    expect(outcome).toMatchObject({
      reason: 'pod_security_violation',
      hint: expect.stringContaining('pod-security.kubernetes.io/enforce'),
    });
    for (const violation of violations)
      expect(outcome).toMatchObject({ message: expect.stringContaining(violation) });
    expect(await cluster().leftovers(namespace)).toEqual([]);
  });

  it('lets a job through that keeps to it', async () => {
    const namespace = await cluster().newNamespace();
    await enforce(namespace, 'restricted');
    const context = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const job = await jobs.start({
      namespace,
      stages: ok,
      contributions: [
        setInContainers('build', '/securityContext', context),
        setInContainers('helper', '/securityContext', context),
      ],
    });
    expect((await job.result).outcome).toEqual({ kind: 'success' });
    expect(job.recorder.output().toString()).toBe('1000\n1000\n');
  });

  const { project, namespace, run } = execRoom(cluster);
  it('is kept by settings of GitLab Runner', async () => {
    await enforce(namespace(), 'restricted');
    await project().write({ '.gitlab-ci.yml': 'job:\n  script: ["id -u"]\n' });
    const strict = (table: string): string =>
      `[runners.kubernetes.${table}]\nallow_privilege_escalation = false\n[runners.kubernetes.${table}.capabilities]\ndrop = ["ALL"]\n`;
    const { exitCode, stdout, stderr } = await run({
      config: [
        '[runners.kubernetes.pod_security_context]',
        'run_as_non_root = true',
        'run_as_user = 1000',
        'fs_group = 1000',
        '[runners.kubernetes.pod_security_context.seccomp_profile]',
        'type = "RuntimeDefault"',
        strict('build_container_security_context'),
        strict('helper_container_security_context'),
      ].join('\n'),
    });
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringContaining('\n1000\n') });
    expect(exitCode).toBe(0);
  });
});

describe('a quota', () => {
  const quotas = foreignType('', 'ResourceQuota', 'resourcequotas');

  it.each([
    [
      'that counts what the pod does not set',
      [],
      /failed quota: memory: must specify limits\.memory for: build,helper/,
      /Set the requests and limits that the message names/,
    ],
    [
      'that is smaller than the pod',
      ['build', 'helper'].map((role) =>
        setInContainers(role as 'build' | 'helper', '/resources', { limits: { memory: '1Gi' } }),
      ),
      /exceeded quota: memory, requested: limits\.memory=2Gi, used: limits\.memory=0, limited: limits\.memory=100Mi/,
      /ask for less, or raise the ResourceQuota/,
    ],
  ])('%s fails the job at once', async (_what, contributions, message, hint) => {
    const namespace = await cluster().newNamespace();
    await cluster().api.create(
      quotas,
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'memory', namespace },
        spec: { hard: { 'limits.memory': '100Mi' } },
      },
      { signal },
    );
    await sighting(cluster(), { type: quotas, namespace }, ({ status }) =>
      JSON.stringify(status ?? null).includes('"used"'),
    );
    const job = await jobs.start({ namespace, stages: ok, contributions });
    expect((await job.result).outcome).toMatchObject({
      reason: 'quota_exceeded',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(job.recorder.events.some(({ type }) => type === 'unit-waiting')).toBe(false);
  });
});
