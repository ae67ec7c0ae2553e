import { expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { runRoom } from './gitlab-run-room.ts';

/** Jobs of a GitLab server by `millrace-gitlab run`, as a process with a configuration. */
export const gitlabRunSuite: Suite = defineSuite('gitlab run', (cluster) => {
  const { server, namespace, addJob, start } = runRoom(cluster, {
    repositories: {
      'acme/platform/demo-app': { commits: [{ files: { 'README.md': 'from the repository\n' } }] },
    },
  });
  const ended = async (id: number): Promise<string> => {
    const state = await server().whenJob(id, 'success', 'failed');
    expect(server().violations()).toEqual([]);
    return state;
  };
  const traceOf = (id: number): string => server().traceOf(id).toString();

  it('a job’s script runs, its log and its result are on the server, and nothing is left', async () => {
    const id = addJob({ script: ['echo hello from $CI_JOB_NAME'], variables: [] });
    const runner = await start();
    expect(await ended(id)).toBe('success');
    expect(traceOf(id)).toContain('hello from unit tests');
    expect(traceOf(id)).toContain('Job succeeded');
    runner.kill('SIGQUIT');
    expect(await runner.finished).toMatchObject({ exitCode: 0 });
    expect(await cluster().leftovers(namespace())).toEqual([]);
  });

  it.each([
    ['exit 3', 3],
    ['no-such-command-anywhere', 127],
  ])('%s is a script failure with its code', async (script, exitCode) => {
    const id = addJob({ script: [script] });
    await start();
    expect(await ended(id)).toBe('failed');
    const job = server()
      .jobs()
      .find((each) => each.id === id);
    expect(job).toMatchObject({ failureReason: 'script_failure', exitCode });
    expect(traceOf(id)).toContain(`Job failed: command terminated with exit code ${exitCode}`);
  });
});
