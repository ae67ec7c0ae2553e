import { jobStarter } from '@millrace/e2e-suites/executor-fixture';
import { execRoom } from '@millrace/e2e-suites/gitlab-fixture';
import { resourceTypes } from '@millrace/kube-objects';
import { describe, expect, it } from 'vitest';
import { preloaded, pulled } from '../images/images.ts';
import { append, setInContainers } from './pod-wishes.ts';
import { needsOwnCluster, realCluster } from './real-cluster.ts';

const cluster = realCluster();
const jobs = jobStarter(cluster);
const ok = [{ name: 'script', script: 'echo hi' }];

interface Case {
  readonly what: string;
  readonly image: string;
  readonly policy?: string;
  readonly reason: string;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** It needs our registries, or our images. */
  readonly own?: boolean;
}

const cases: readonly Case[] = [
  {
    what: 'with a tag that the registry does not have',
    image: pulled.open.replace(/:1$/, ':none'),
    reason: 'image_pull_failed',
    message: /^pulling image ".*:none" for container build: image pull failed: .*not found$/,
    hint: /name and tag/,
    own: true,
  },
  {
    what: 'of a registry that refuses us',
    image: pulled.closed,
    reason: 'image_pull_failed',
    message: /image pull failed: .*401 Unauthorized$/,
    hint: /credentials/,
    own: true,
  },
  {
    what: 'that is not there and may not be pulled',
    image: 'millrace.test/absent:1',
    policy: 'Never',
    reason: 'image_never_pull',
    message: /^image "millrace.test\/absent:1" for container build is not on the node and may not/,
    hint: /another pull policy/,
  },
  {
    what: 'with a name that is none',
    image: 'UPPER case:1',
    reason: 'image_name_invalid',
    message: /^image name "UPPER case:1" for container build is not valid: /,
    hint: /correct the image name/,
  },
  {
    what: 'of a registry with an unknown name',
    image: 'registry.nowhere.invalid/team/tool:1',
    reason: 'image_pull_failed',
    message: /image pull failed: .*registry\.nowhere\.invalid.*no such host/,
    hint: /DNS, network and trust of the nodes/,
    own: true,
  },
  {
    what: 'of a registry that does not answer',
    image: '127.0.0.1:9/team/tool:1',
    reason: 'image_pull_failed',
    message: /image pull failed: .*connection refused/,
    hint: /DNS, network and trust of the nodes/,
    own: true,
  },
  {
    what: 'without a shell',
    image: preloaded.bare,
    reason: 'container_start_failed',
    message: /^container build cannot be started: .*"sh": executable file not found/,
    hint: /check that the image has a shell/,
    own: true,
  },
];

describe.concurrent('a job with an image', () => {
  it.for(cases)('$what fails by name, and says what to do', async (each, { skip }) => {
    const { image, policy, reason, message, hint, own = false } = each;
    skip(own && cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({
      stages: ok,
      contributions: [
        setInContainers('build', '/image', image),
        ...(policy === undefined ? [] : [setInContainers('build', '/imagePullPolicy', policy)]),
      ],
    });
    expect((await job.result).outcome).toMatchObject({
      kind: 'failure',
      reason,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(job.recorder.events.some(({ type }) => type === 'stage-started')).toBe(false);
    expect(await cluster().leftovers(job.namespace)).toEqual([]);
  });

  it('that is pulled first runs', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const job = await jobs.start({
      stages: ok,
      contributions: [
        setInContainers('build', '/image', pulled.open),
        setInContainers('build', '/imagePullPolicy', 'Always'),
      ],
    });
    expect((await job.result).outcome).toEqual({ kind: 'success' });
  });
});

describe('a closed registry', () => {
  const [registry = ''] = pulled.closed.split('/');
  const dockerConfig = (username: string, password: string): string => {
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    return JSON.stringify({ auths: { [registry]: { auth } } });
  };
  const { signal } = new AbortController();

  it.for<[string, (right: string) => string, object]>([
    ['gives the image to a pull secret with the password', (right) => right, { kind: 'success' }],
    [
      'refuses it to one with another',
      () => 'wrong',
      {
        reason: 'image_pull_failed',
        message: expect.stringContaining('401 Unauthorized'),
        hint: expect.stringContaining('wants other credentials'),
      },
    ],
  ])('%s', async ([, passwordFrom, expected], { skip }) => {
    const login = cluster().own?.registryLogin;
    skip(login === undefined, needsOwnCluster);
    const namespace = await cluster().newNamespace();
    await cluster().api.create(
      resourceTypes.secrets,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login', namespace },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: {
          '.dockerconfigjson': dockerConfig(
            login?.username ?? '',
            passwordFrom(login?.password ?? ''),
          ),
        },
      },
      { signal },
    );
    const job = await jobs.start({
      namespace,
      stages: ok,
      contributions: [
        setInContainers('build', '/image', pulled.closed),
        // Whatever the node has kept: the registry is asked.
        setInContainers('build', '/imagePullPolicy', 'Always'),
        append('/spec/imagePullSecrets', { name: 'login' }),
      ],
    });
    expect((await job.result).outcome).toMatchObject(expected);
  });

  const { project, namespace, run } = execRoom(cluster);
  it('gives the image to a job of millrace-gitlab that brings the login', async ({ skip }) => {
    const login = cluster().own?.registryLogin;
    skip(login === undefined, needsOwnCluster);
    await project().write({
      '.gitlab-ci.yml': JSON.stringify({
        job: {
          image: pulled.closed,
          variables: {
            DOCKER_AUTH_CONFIG: dockerConfig(login?.username ?? '', login?.password ?? ''),
          },
          script: ['echo hello'],
        },
      }),
    });
    const { exitCode, stdout } = await run();
    expect(stdout).toContain('\nhello\n');
    expect(exitCode).toBe(0);
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });

  it('of a job without one is told in the job log, with the way out', async ({ skip }) => {
    skip(cluster().own === undefined, needsOwnCluster);
    const image = pulled.closed.replace(/:1$/, ':other');
    await project().write({
      '.gitlab-ci.yml': JSON.stringify({ job: { image, script: ['true'] } }),
    });
    const { exitCode, stdout, stderr } = await run();
    expect(stdout).toContain(
      `ERROR: Job failed: prepare environment: waiting for pod running: pulling image "${image}" for container build: image pull failed: `,
    );
    expect(stdout).toContain('\nHint: the registry wants other credentials');
    expect(stderr).toContain('failed (image_pull_failed)');
    expect(exitCode).toBe(1);
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });
});
