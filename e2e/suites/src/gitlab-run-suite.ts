import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { onHostNetwork } from './gitlab-run-network.ts';
import { runRoom } from './gitlab-run-room.ts';

const project = 'acme/platform/demo-app';

/** Jobs of a GitLab server by `millrace-gitlab run`, as a process with a configuration. */
export const gitlabRunSuite: Suite = defineSuite('gitlab run', (cluster) => {
  describe('a job', () => {
    const { server, namespace, addJob, start, ended, expectCleanEnd } = runRoom(cluster);

    it('runs before_script, script and after_script, and leaves nothing', async () => {
      const id = addJob({
        script: ['export FROM_BEFORE=shared', 'echo "script has $FROM_BEFORE, $CI_JOB_STATUS"'],
        afterScript: ['echo "after_script has <${FROM_BEFORE-}>, $CI_JOB_STATUS"', 'exit 9'],
      });
      const runner = await start();
      const { state, log } = await ended(id);
      expect(state).toBe('success');
      expect(log).toContain('script has shared, running');
      expect(log).toContain('after_script has <>, success');
      expect(log).toContain(
        'WARNING: after_script failed, but job will continue unaffected: command terminated with exit code 9',
      );
      expect(log).toMatch(/Job succeeded[^\n]*\n$/);
      await expectCleanEnd(runner);
    });

    it('that fails has the code of its script, and after_script knows it', async () => {
      const ids = ['exit 3', 'no-such-command-anywhere'].map((script) =>
        addJob({ script: [script, 'echo not reached'], afterScript: ['echo "is $CI_JOB_STATUS"'] }),
      );
      const runner = await start();
      for (const [index, exitCode] of [3, 127].entries()) {
        const { log, ...job } = await ended(ids[index] ?? 0);
        expect(job).toEqual({ state: 'failed', failureReason: 'script_failure', exitCode });
        expect(log).toContain(`Job failed: command terminated with exit code ${exitCode}`);
        expect(log).toContain('is failed');
        expect(log).not.toMatch(/^[^$]*not reached$/m);
      }
      await expectCleanEnd(runner);
    });

    it('sees file, masked and raw variables; no masked value is in its log', async () => {
      const id = addJob({
        script: [
          'cat "$AS_FILE"',
          'echo "raw: $RAW"',
          'echo "secret: $SECRET / $(echo $SECRET | rev | rev)"',
          'printf %s "$SECRET" | head -c 5; sleep 1; printf %s "$SECRET" | tail -c +6; echo',
          'echo "token: $CI_JOB_TOKEN"',
        ],
        variables: [
          { key: 'AS_FILE', value: 'text of the file\n', file: true },
          { key: 'RAW', value: 'costs $BASE', raw: true },
          { key: 'BASE', value: 'nothing' },
          { key: 'SECRET', value: 'hunter2-hunter2', masked: true, public: false },
        ],
      });
      const runner = await start();
      const { state, log } = await ended(id);
      expect(state).toBe('success');
      expect(log).toContain('text of the file');
      expect(log).toContain('raw: costs $BASE');
      expect(log).toContain('secret: [MASKED] / [MASKED]');
      expect(log).not.toContain('hunter2-hunter2');
      expect(log).not.toContain('glcbt-job-token');
      await expectCleanEnd(runner);
    });

    it('reaches its service by the alias', async ({ skip }) => {
      skip(
        cluster().mountPrefix !== undefined,
        'namespaces are refused: containers cannot have names of their own for hosts',
      );
      skip(
        cluster().kind === 'embedded' && !existsSync('/usr/bin/perl'),
        'containers have what this machine has, and that lacks /usr/bin/perl',
      );
      // Where pods share the machine's network, two runs at a time must not meet.
      const port = 20_000 + (process.pid % 10_000);
      const id = addJob({
        script: [`until curl -sf http://files:${port}/; do sleep 0.2; done`],
        members: {
          services: [
            {
              name: cluster().images.tools,
              alias: 'files',
              command: ['perl', '-e', httpServer(port, 'from the service')],
            },
          ],
        },
      });
      const runner = await start();
      const { state, log } = await ended(id);
      expect(log).toContain('from the service');
      expect(state).toBe('success');
      await expectCleanEnd(runner);
    });

    it('that is canceled politely stops its script, runs after_script, and ends as canceled', async () => {
      const id = addJob({
        script: ['while sleep 0.3; do echo goes on; done', 'echo not reached'],
        afterScript: ['echo "is $CI_JOB_STATUS"'],
      });
      const runner = await start();
      await server().whenTraced(id, 'goes on\n');
      server().cancel(id, 'gracefully');
      const { state, failureReason, log } = await ended(id);
      expect({ state, failureReason }).toEqual({
        state: 'canceled',
        failureReason: 'job_canceled',
      });
      expect(log).toContain('is canceled');
      expect(log).toContain('WARNING: script canceled externally (UI, API)');
      expect(log).toMatch(/ERROR: Job failed: canceled[^\n]*\n$/);
      expect(log).not.toMatch(/^[^$]*not reached$/m);
      await expectCleanEnd(runner);
    });

    it('whose script takes too long runs after_script, which knows it', async () => {
      const id = addJob({
        script: ['echo begun', 'sleep 300'],
        afterScript: ['echo "is $CI_JOB_STATUS"'],
        variables: [{ key: 'RUNNER_SCRIPT_TIMEOUT', value: '1s' }],
      });
      const runner = await start();
      const { state, failureReason, log } = await ended(id);
      expect({ state, failureReason }).toEqual({
        state: 'failed',
        failureReason: 'job_execution_timeout',
      });
      expect(log).toContain('is timedout\n');
      await expectCleanEnd(runner);
    });

    it('that is canceled at once ends without after_script', async () => {
      const id = addJob({
        script: ['while sleep 0.3; do echo goes on; done'],
        afterScript: ['echo after_script "ran"'],
      });
      const runner = await start();
      await server().whenTraced(id, 'goes on\n');
      server().cancel(id, 'at-once');
      await runner.says('Job failed: canceled');
      expect(server().traceOf(id).toString()).not.toContain('after_script ran');
      await expectCleanEnd(runner);
    });

    it('that is canceled before it was confirmed makes no pod', async () => {
      const stop = server().faults.onCall(({ call, job }) => {
        if (call === 'confirm' && job !== undefined) server().cancel(job, 'gracefully');
        return 'carry-out';
      });
      const id = addJob({ script: ['echo begun'] });
      const before = cluster().requests().length;
      const runner = await start();
      const { state } = await ended(id);
      stop();
      expect(state).toBe('canceled');
      expect(
        cluster()
          .requests()
          .slice(before)
          .filter(({ verb, resource }) => verb === 'create' && resource === 'pods'),
      ).toEqual([]);
      await expectCleanEnd(runner);
    });

    it('that takes too long ends as a timeout', async () => {
      const id = addJob({ script: ['echo begun', 'sleep 300'], timeout: 8 });
      const runner = await start();
      const { log, failureReason } = await ended(id);
      expect(failureReason).toBe('job_execution_timeout');
      expect(log).toContain('ERROR: Job failed: execution took longer than 8s seconds');
      await expectCleanEnd(runner);
    });

    it.each([
      {
        title: 'an image that the runner does not allow',
        job: { image: 'registry.example.com/forbidden:1' },
        settings: { pods: 'allowed_images = ["millrace.test/*"]' },
        reason: 'runner_system_failure',
        said: 'allowed',
      },
      {
        title: 'a bad overwrite of the pod',
        job: { variables: [{ key: 'KUBERNETES_NAMESPACE_OVERWRITE', value: 'other' }] },
        settings: { pods: 'namespace_overwrite_allowed = "^ci-.*$"' },
        reason: 'runner_configuration_error',
        said: 'does not match',
      },
      {
        title: 'a payload that makes no sense',
        job: { members: { git_info: 'none' } },
        settings: {},
        reason: 'runner_system_failure',
        said: 'git_info',
      },
    ])('with $title is refused by name', async ({ job, settings, reason, said }) => {
      const id = addJob({ script: ['echo begun'], ...job });
      const runner = await start(settings);
      const { failureReason, log } = await ended(id);
      expect(log).toContain(said);
      expect(failureReason).toBe(reason);
      await expectCleanEnd(runner);
    });

    it('for which the cluster does not answer fails as a system failure', async () => {
      const mine = namespace();
      cluster().faults.refuse(
        (request) =>
          request.verb === 'create' && request.resource === 'pods' && request.namespace === mine,
        { code: 403, reason: 'Forbidden', message: 'no pods today', times: 100 },
      );
      const id = addJob();
      const runner = await start();
      const { failureReason, log } = await ended(id);
      expect(failureReason).toBe('runner_system_failure');
      expect(log).toContain('no pods today');
      await expectCleanEnd(runner);
    });
  });

  describe('twenty jobs with ten workers', () => {
    const { server, addJob, start, ended, expectCleanEnd } = runRoom(cluster);

    it(
      'have their own results, and never more than ten run at once',
      async ({ skip }) => {
        skip(cluster().mountPrefix !== undefined, 'pods share mount paths here');
        const ids = Array.from({ length: 20 }, (_, index) =>
          addJob({ script: [`echo job ${index}; exit ${index % 4}`] }),
        );
        const runner = await start({ concurrent: 10, runner: 'request_concurrency = 4' });
        for (const [index, id] of ids.entries()) {
          const { exitCode, log } = await ended(id);
          expect(exitCode).toBe(index % 4);
          expect(log).toContain(`job ${index}\n`);
        }
        expect(mostAtOnce(server().calls())).toBeGreaterThan(1);
        expect(mostAtOnce(server().calls())).toBeLessThanOrEqual(10);
        await expectCleanEnd(runner);
      },
      timeLimit,
    );
  });

  describe('a runner with a limit', () => {
    const token = 'glrt-t1_limited';
    const { server, addJob, start, ended, expectCleanEnd } = runRoom(cluster, {
      runners: [{ token, limit: 2, requestConcurrency: 1 }],
      longPollSeconds: 2,
    });

    it(
      'never asks for more than it may have',
      async ({ skip }) => {
        skip(cluster().mountPrefix !== undefined, 'pods share mount paths here');
        const ids = Array.from({ length: 4 }, () => addJob());
        const runner = await start({ concurrent: 5, runner: 'limit = 2' });
        for (const id of ids) expect((await ended(id)).state).toBe('success');
        expect(mostAtOnce(server().calls())).toBe(2);
        await expectCleanEnd(runner);
      },
      timeLimit,
    );
  });

  describe.each(['job-token', 'public'] as const)('a repository for %s', (gitAccess) => {
    const { server, addJob, start, ended, expectCleanEnd } = runRoom(cluster, {
      gitAccess,
      repositories: {
        [project]: {
          commits: [
            { files: { 'README.md': 'first\n' } },
            { files: { 'README.md': 'second\n' } },
            { files: { 'README.md': 'third\n' } },
          ],
          tags: ['v1'],
        },
      },
    });
    const fetching = (id: number, strategy: string, depth: number, script: readonly string[]) => {
      const [sha = ''] = server().repository(project).commits.slice(-1);
      return addJob({
        id,
        serverUrl: server().url,
        project,
        sha,
        script: ['cat README.md', ...script],
        variables: [{ key: 'GIT_STRATEGY', value: strategy }],
        members: {
          git_info: {
            repo_url: `${server().url.replace('://', `://gitlab-ci-token:glcbt-job-token-${id}@`)}/${project}.git`,
            repo_object_format: 'sha1',
            ref: 'main',
            sha,
            before_sha: '0'.repeat(40),
            ref_type: 'branch',
            refspecs: ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'],
            depth,
            protected: false,
          },
        },
      });
    };

    it('that cannot be fetched fails without after_script', async () => {
      const [sha = ''] = server().repository(project).commits.slice(-1);
      const id = addJob({
        serverUrl: server().url,
        project,
        sha,
        variables: [{ key: 'GIT_STRATEGY', value: 'clone' }],
        afterScript: ['echo "after it"'],
        members: {
          git_info: {
            repo_url: `${server().url}/acme/not-there.git`,
            repo_object_format: 'sha1',
            ref: 'main',
            sha,
            before_sha: '0'.repeat(40),
            ref_type: 'branch',
            refspecs: ['+refs/heads/*:refs/remotes/origin/*'],
            depth: 1,
            protected: false,
          },
        },
      });
      const runner = await start(onHostNetwork);
      const { state, log } = await ended(id);
      expect(state).toBe('failed');
      expect(log).toContain('Getting source from Git repository');
      expect(log).not.toContain('Running after_script');
      await expectCleanEnd(runner);
    });

    it('is cloned to its depth with its refs, and no token stays behind', async () => {
      const leak = 'grep -rl glcbt- "$CI_PROJECT_DIR/.git" && exit 5; true';
      const [shallow, whole] = [
        fetching(1, 'clone', 2, ['echo "commits: $(git rev-list --count HEAD)"', 'git tag', leak]),
        fetching(2, 'fetch', 0, [
          'echo "commits: $(git rev-list --count HEAD)"',
          'git branch -r',
          leak,
        ]),
      ];
      const runner = await start(onHostNetwork);
      const clone = await ended(shallow);
      expect(clone.log).toMatch(/third\n[^]*commits: 2\n[^]*v1\n/);
      expect(clone.state).toBe('success');
      const fetch = await ended(whole);
      expect(fetch.log).toMatch(/third\n[^]*commits: 3\n[^]*origin\/main\n/);
      expect(fetch.state).toBe('success');
      for (const { log } of [clone, fetch]) expect(log).not.toContain('glcbt-job-token');
      await expectCleanEnd(runner);
    });
  });
});

const timeLimit = 240_000;

/** The most jobs that a runner had at a time, by what it told the server. */
function mostAtOnce(
  calls: readonly { readonly call: string; readonly outcome: number | string }[],
): number {
  let now = 0;
  let most = 0;
  for (const { call, outcome } of calls) {
    if (call === 'request' && outcome === 201) now += 1;
    if (call === 'final' && outcome === 200) now -= 1;
    most = Math.max(most, now);
  }
  return most;
}

/** A server in perl that answers every request with a text. */
const httpServer = (port: number, text: string): string =>
  `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die $!;
while (my $c = $s->accept) { while (<$c>) { last if /^\\s*$/ } print $c "HTTP/1.0 200 OK\\r\\n\\r\\n${text}\\n"; close $c }`;
