import { resourceTypes } from '@millrace/kube-objects';
import { startGitlabServer } from '@millrace/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SuiteCluster } from './define-suite.ts';
import type { AgentRoom } from './woodpecker-room.ts';

const { signal } = new AbortController();
/** Where pods share the machine's network, two runs at a time must not meet. */
const firstPort = 20_000 + ((process.pid * 10) % 10_000);

const noNames = 'namespaces are refused: containers cannot have names of their own for hosts';

/** Lets a pod reach a server on the loopback address of the machine, where the node is on it too. */
const onHostNetwork = {
  MILLRACE_SETTINGS: JSON.stringify({
    pod_patch: { patches: [{ name: 'host network', patch: 'hostNetwork: true', type: 'merge' }] },
  }),
};

/** Answers who asks with a word and its own name, under which it listens. */
const greets = (word: string, port: number): string =>
  `exec perl -MIO::Socket::INET -e 'my $n = shift; my $s = IO::Socket::INET->new(LocalAddr => $n, LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { while (<$c>) { last if /^\r?$/ } print $c "HTTP/1.0 200 OK\r\n\r\n${word} from $n\n"; close $c }' "$(uname -n)"`;

/** A name is there when its pod is ready, and DNS may have said before that it is not. */
const ask = (host: string, port: number): string =>
  `until curl --silent --fail --max-time 5 http://${host}:${port}/; do sleep 0.2; done`;

interface PodWithLogin {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly imagePullSecrets?: readonly { readonly name: string }[] };
}

interface LoginSecret {
  readonly type: string;
  readonly data: { readonly '.dockerconfigjson': string };
}

/** What workflows need of a cluster: names, networks, secrets, registries. */
export function clusterCases(cluster: SuiteCluster, room: AgentRoom): void {
  const { server, namespace, addWorkflow, podOf, inStep, start, expectCleanEnd } = room;

  describe('a step', () => {
    it('reaches a service and a detached step by their names', async ({ skip }) => {
      skip(cluster().mountPrefix !== undefined, noNames);
      const [one, two] = [firstPort, firstPort + 1];
      const id = addWorkflow([
        [{ name: 'greeter', type: 'service', failure: 'ignore', commands: [greets('hello', one)] }],
        [{ name: 'My Helper', detach: true, failure: 'ignore', commands: [greets('hi', two)] }],
        [{ name: 'asks', commands: [ask('greeter', one), ask('my-helper', two)] }],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      const log = server().logOf(id, 'asks');
      expect(log).toContain('hello from greeter');
      expect(log).toContain('hi from my-helper');
      await expectCleanEnd(agent);
    });

    it('has secrets of the cluster as variables and as a file, where the operator allows it', async () => {
      await withSecrets({
        tokens: { token: 'of-token', other: 'of-other' },
        files: { key: 'of-key' },
      });
      const secrets = [
        { name: 'tokens', key: 'token' },
        { name: 'tokens', key: 'other', target: { env: 'RENAMED' } },
        { name: 'files', key: 'key', target: { file: '/etc/suite/key' } },
        { name: 'files' },
      ];
      const id = addWorkflow([
        [
          {
            name: 'shows',
            options: { secrets },
            commands: ['echo "$TOKEN $RENAMED $key $(cat /etc/suite/key)"'],
          },
        ],
      ]);
      const agent = await start({ WOODPECKER_BACKEND_K8S_ALLOW_NATIVE_SECRETS: 'true' });
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'shows').at(-1)).toBe('of-token of-other of-key of-key');
      await removeSecrets('tokens', 'files');
      await expectCleanEnd(agent);
    });

    it('has none of them where the operator does not, and the agent names the gate and the unknown', async () => {
      await withSecrets({ tokens: { token: 'of-token' } });
      const options = { secrets: [{ name: 'tokens', key: 'token' }], nodeSelectr: { zone: 'a' } };
      const id = addWorkflow([[{ name: 'shows', options, commands: ['echo "token: <$TOKEN>"'] }]]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'shows').at(-1)).toBe('token: <>');
      await removeSecrets('tokens');
      await expectCleanEnd(agent);
      const { stderr } = await agent.finished;
      expect(stderr).toContain(
        'step shows: backend_options.kubernetes.secrets is left out: WOODPECKER_BACKEND_K8S_ALLOW_NATIVE_SECRETS does not allow it',
      );
      expect(stderr).toMatch(/kubernetes\.nodeSelectr is unknown \(did you mean[^)]*nodeSelector/);
    });

    it('whose name makes no pod fails with the words of the API server, and what to write', async () => {
      const name = 'a-service-with-a-very-long-name-and.dots';
      const id = addWorkflow([[{ name, type: 'service', failure: 'ignore' }], [{ name: 'never' }]]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('failure');
      const { steps, error } = server().workflow(id);
      expect(steps.map(({ status }) => status)).toEqual(['failure', 'skipped']);
      expect(steps[0]?.error).toMatch(/spec\.containers\[0\]\.name: .*must not contain dots/);
      expect(error).toContain(steps[0]?.error);
      expect(server().logOf(id, name).join('\n')).toMatch(
        /name the step with at most \d+ letters, digits and dashes/,
      );
      await expectCleanEnd(agent);
    });

    it('logs in to its registry with its own secret, which goes with it', async () => {
      const login = { username: 'robot', password: 'correct-horse-battery' };
      const id = addWorkflow([
        [
          {
            name: 'waits',
            login,
            commands: ['echo here', 'until [ -e ../go ]; do sleep 0.1; done'],
          },
        ],
      ]);
      const agent = await start();
      await server().whenLogged(id, 'waits', 'here');
      const { metadata, spec } = (await podOf(id, 'waits')) as unknown as PodWithLogin;
      expect(spec.imagePullSecrets).toEqual([{ name: metadata.name }]);
      const secret = { type: resourceTypes.secrets, namespace: namespace(), name: metadata.name };
      const { type, data } = (await cluster().api.get(secret, {
        signal,
      })) as unknown as LoginSecret;
      expect(type).toBe('kubernetes.io/dockerconfigjson');
      const [registry = ''] = cluster().images.tools.split('/');
      expect(JSON.parse(Buffer.from(data['.dockerconfigjson'], 'base64').toString())).toEqual({
        auths: { [registry]: login },
      });
      await inStep(id, 'waits', ['touch', '/woodpecker/src/example.org/acme/go']);
      expect(await server().whenDone(id)).toBe('success');
      await expectCleanEnd(agent);
    });

    it('gets an image from a registry that wants a login, by its own', async ({ skip }) => {
      const closed = cluster().closedImage;
      skip(closed === undefined, 'there is no registry of ours to pull from');
      const { image = '', username = '', password = '' } = closed ?? {};
      const id = addWorkflow([
        [
          {
            name: 'pulled',
            image,
            pull: true,
            login: { username, password },
            commands: ['echo ran'],
          },
        ],
      ]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('success');
      expect(server().logOf(id, 'pulled').at(-1)).toBe('ran');
      await expectCleanEnd(agent);
    });

    it('does not get it without one, and says what the registry answered', async ({ skip }) => {
      const closed = cluster().closedImage;
      skip(closed === undefined, 'there is no registry of ours to pull from');
      const image = closed?.image ?? '';
      const id = addWorkflow([[{ name: 'pulled', image, pull: true }], [{ name: 'never' }]]);
      const agent = await start();
      expect(await server().whenDone(id)).toBe('failure');
      const { steps, error } = server().workflow(id);
      expect(steps.map(({ status }) => status)).toEqual(['failure', 'skipped']);
      expect(steps[0]?.error).toContain('401 Unauthorized');
      expect(error).toContain('401 Unauthorized');
      expect(server().logOf(id, 'pulled').join('\n')).toMatch(
        /ERROR: .*401 Unauthorized[^]*hint: .*credentials/,
      );
      await expectCleanEnd(agent);
    });

    it('that clones brings the files of the repository to those behind it', async () => {
      const forge = await startGitlabServer({
        gitAccess: { username: 'robot', password: 'hunter2-hunter2' },
        repositories: {
          'acme/demo': { commits: [{ files: { 'a.txt': 'one' } }, { files: { 'a.txt': 'two' } }] },
        },
      });
      onTestFinished(() => forge.close());
      const { url, commits } = forge.repository('acme/demo');
      const id = addWorkflow([
        [
          {
            name: 'clone',
            type: 'clone',
            environment: {
              CI_REPO_CLONE_URL: url,
              CI_COMMIT_SHA: commits[0] ?? '',
              CI_NETRC_MACHINE: new URL(url).hostname,
              CI_NETRC_USERNAME: 'robot',
              CI_NETRC_PASSWORD: 'hunter2-hunter2',
            },
            commands: [
              'git init --quiet .',
              'git remote add origin "$CI_REPO_CLONE_URL"',
              'git fetch --quiet --depth=1 origin "$CI_COMMIT_SHA"',
              'git checkout --quiet FETCH_HEAD',
              'cat "$HOME/.netrc"',
              'echo "password: <$CI_NETRC_PASSWORD>"',
            ],
          },
        ],
        [{ name: 'sees', commands: ['cat a.txt && echo', 'ls ~/.netrc || echo none'] }],
      ]);
      const agent = await start(onHostNetwork);
      expect(await server().whenDone(id)).toBe('success');
      const log = server().logOf(id, 'clone');
      expect(log.join('\n')).not.toContain('hunter2-hunter2');
      expect(log.at(-1)).toBe('password: <>');
      expect(server().logOf(id, 'sees')).toEqual(expect.arrayContaining(['one', 'none']));
      expect(forge.gitRequests().map(({ status }) => status)).toContain('served');
      await expectCleanEnd(agent);
    });

    it('of a repository that refuses it fails with the words of git', async () => {
      const forge = await startGitlabServer({
        gitAccess: { username: 'robot', password: 'right' },
        repositories: { 'acme/demo': { commits: [{ files: {} }] } },
      });
      onTestFinished(() => forge.close());
      const { url } = forge.repository('acme/demo');
      const id = addWorkflow([
        [
          {
            name: 'clone',
            type: 'clone',
            environment: {
              CI_NETRC_MACHINE: new URL(url).hostname,
              CI_NETRC_USERNAME: 'robot',
              CI_NETRC_PASSWORD: 'wrong-password',
              GIT_TERMINAL_PROMPT: '0',
            },
            commands: [`git clone --quiet ${url} .`],
          },
        ],
        [{ name: 'never' }],
      ]);
      const agent = await start(onHostNetwork);
      expect(await server().whenDone(id)).toBe('failure');
      expect(
        server()
          .workflow(id)
          .steps.map(({ status, exitCode }) => [status, exitCode]),
      ).toEqual([
        ['failure', 128],
        ['skipped', 0],
      ]);
      expect(server().logOf(id, 'clone').at(-1)).toMatch(
        /^fatal: (?:could not read Username|Authentication failed) for /,
      );
      await expectCleanEnd(agent);
    });
  });

  describe('a matrix', () => {
    it('of two workflows runs both at a time, and mixes nothing', async ({ skip }) => {
      skip(cluster().mountPrefix !== undefined, noNames);
      const colors = ['red', 'blue'];
      const ids = colors.map((color, index) => {
        // A network of its own makes one port do for both; the embedded cluster has the machine's.
        const port = firstPort + 2 + (cluster().kind === 'embedded' ? index : 0);
        return addWorkflow(
          [
            [{ name: 'db', type: 'service', failure: 'ignore', commands: [greets(color, port)] }],
            [
              {
                name: 'writes',
                environment: { COLOR: color },
                commands: [
                  '[ ! -e color ]',
                  'echo "$COLOR" > color',
                  'echo written',
                  'until [ -e ../go ]; do sleep 0.1; done',
                ],
              },
            ],
            [{ name: 'reads', commands: ['cat color', ask('db', port)] }],
          ],
          { pipeline: 'matrix' },
        );
      });
      const agent = await start({ WOODPECKER_MAX_WORKFLOWS: '2' });
      await Promise.all(ids.map((id) => server().whenLogged(id, 'writes', 'written')));
      for (const type of [resourceTypes.persistentvolumeclaims, resourceTypes.services]) {
        const objects = await cluster().api.list({ type, namespace: namespace() }, { signal });
        expect(objects).toHaveLength(2);
      }
      for (const id of ids)
        await inStep(id, 'writes', ['touch', '/woodpecker/src/example.org/acme/go']);
      for (const [index, id] of ids.entries()) {
        expect(await server().whenDone(id)).toBe('success');
        const log = server().logOf(id, 'reads');
        expect(log).toContain(colors[index]);
        expect(log).toContain(`${colors[index]} from db`);
        expect(log.join('\n')).not.toContain(colors[1 - index]);
      }
      expect(server().workflow(ids[0] ?? '').pipelineStatus).toBe('success');
      await expectCleanEnd(agent);
    });
  });

  const withSecrets = async (
    secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): Promise<void> => {
    for (const [name, stringData] of Object.entries(secrets)) {
      const metadata = { name, namespace: namespace() };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
      await cluster().api.create(resourceTypes.secrets, secret, { signal });
    }
  };
  const removeSecrets = async (...names: readonly string[]): Promise<void> => {
    for (const name of names)
      await cluster().api.delete(
        { type: resourceTypes.secrets, namespace: namespace(), name },
        {},
        { signal },
      );
  };
}
