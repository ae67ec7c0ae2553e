import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { startProgram, type Finished, type Running } from './program.ts';
import { programRoom } from './program-room.ts';
import { woodpeckerMain } from './woodpecker-program.ts';

/** `millrace-woodpecker exec`: pipelines of a folder, on a cluster by its kubeconfig. */
export const woodpeckerExecSuite: Suite = defineSuite('woodpecker exec', (cluster) => {
  const { project, operator, namespace, keep } = programRoom(cluster);
  const start = async (...args: readonly string[]): Promise<Running> => {
    await operator().write({ kubeconfig: cluster().kubeconfig });
    const kubeconfig = join(operator().path, 'kubeconfig');
    const sources = ['--sources-image', cluster().images.tools];
    return keep(
      startProgram(
        woodpeckerMain,
        ['exec', '--kubeconfig', kubeconfig, ...sources, ...args],
        project().path,
        {
          WOODPECKER_BACKEND_K8S_NAMESPACE: namespace(),
          WOODPECKER_BACKEND_K8S_VOLUME_SIZE: '10Mi',
          WOODPECKER_BACKEND_K8S_STORAGE_RWX: 'false',
          WOODPECKER_BACKEND_K8S_STOP_TIMEOUT: '2',
        },
      ),
    );
  };
  const run = async (...args: readonly string[]): Promise<Finished> =>
    (await start(...args)).finished;
  const step = (name: string, commands: readonly string[], more: object = {}): object => ({
    name,
    image: cluster().images.tools,
    commands,
    ...more,
  });
  /** JSON is YAML. */
  const workflow = (steps: readonly object[], more: object = {}): string =>
    JSON.stringify({ ...more, steps });
  const linesOf = ({ stdout }: Finished, name: string): readonly string[] =>
    stdout
      .split('\n')
      .flatMap((line) => {
        const [heading = '', text] = line.split(' | ');
        return text !== undefined && heading.trim() === name ? [text] : [];
      })
      .filter((line) => !line.startsWith('+ '));
  const expectNothingLeft = async (): Promise<void> =>
    expect(await cluster().leftovers(namespace())).toEqual([]);

  describe('a pipeline', () => {
    it('works on the files of its folder, step by step, and shows what each says', async () => {
      await project().write({
        '.woodpecker.yaml': workflow([
          step('build', ['cat sub/input.txt > output.txt']),
          step('test', ['cat output.txt', 'echo "$CI_PIPELINE_EVENT of $CI_COMMIT_BRANCH"']),
        ]),
        'sub/input.txt': 'from the folder\n',
      });
      const ended = await run('--branch', 'topic');
      expect(ended.exitCode).toBe(0);
      expect(linesOf(ended, 'test')).toEqual(['from the folder', 'push of topic']);
      expect(ended.stderr).toContain('woodpecker: succeeded');
      await expectNothingLeft();
    });

    it('ends with the exit code of the step that failed it; others run as they wish', async () => {
      await project().write({
        '.woodpecker.yaml': workflow([
          step('ignored', ['exit 9'], { failure: 'ignore' }),
          step('fails', ['exit 3']),
          step('skipped', ['echo never']),
          step('notify', ['echo "it is a $CI_PIPELINE_STATUS"'], {
            when: [{ status: ['failure'] }],
          }),
        ]),
      });
      const ended = await run();
      expect(ended.exitCode).toBe(3);
      expect(linesOf(ended, 'notify')).toEqual(['it is a failure']);
      expect(linesOf(ended, 'skipped')).toEqual([]);
      expect(ended.stderr).toMatch(/✗ fails +exit code 3\n +- skipped +skipped/);
      await expectNothingLeft();
    });

    it('hides its secrets', async () => {
      await project().write({
        '.woodpecker.yaml': workflow([
          step('shows', ['echo "it is $TOKEN$OTHER"'], {
            environment: {
              TOKEN: { from_secret: 'token' },
              OTHER: { from_secret: 'other' },
            },
          }),
        ]),
        'secrets.env': 'other=battery-staple\n',
      });
      const ended = await run('--secret', 'token=correct-horse', '--secrets-file', 'secrets.env');
      expect(linesOf(ended, 'shows')).toEqual(['it is ****************']);
      expect(ended.stdout + ended.stderr).not.toContain('correct-horse');
      expect(ended.exitCode).toBe(0);
    });

    it('of several files runs each workflow, also those of a matrix, as those before it ended', async () => {
      const says = (text: string): readonly object[] => [step('say', [`echo "${text}"`])];
      await project().write({
        '.woodpecker/one.yaml': workflow(says('go ${GO}'), { matrix: { GO: ['1', '2'] } }),
        '.woodpecker/two.yaml': workflow([step('fail', ['exit 5'])], { depends_on: ['one'] }),
        '.woodpecker/three.yaml': workflow(says('never'), { depends_on: ['two'] }),
        '.woodpecker/tags.yaml': workflow(says('tagged'), { when: [{ event: 'tag' }] }),
      });
      const ended = await run();
      expect(linesOf(ended, 'say')).toEqual(['go 1', 'go 2']);
      expect(ended.exitCode).toBe(5);
      expect(ended.stderr).toContain('one (GO=2): succeeded');
      expect(ended.stderr).toContain('three: skipped');
      expect(ended.stderr).toMatch(/tags: skipped: .+/);
      const alone = await run('--workflow', 'three');
      expect([alone.exitCode, linesOf(alone, 'say')]).toEqual([0, ['never']]);
      await expectNothingLeft();
    });

    it('that is interrupted stops its step, and leaves nothing', async () => {
      await project().write({
        '.woodpecker.yaml': workflow([step('long', ['echo started', 'sleep 600'])]),
      });
      const program = await start();
      await program.says('| started');
      program.kill('SIGINT');
      expect(await program.finished).toMatchObject({ exitCode: 130 });
      await expectNothingLeft();
    });

    it('whose output nobody reads any more is canceled', async () => {
      await project().write({
        '.woodpecker.yaml': workflow([
          step('long', ['echo started', 'while :; do echo more; sleep 0.1; done']),
        ]),
      });
      const program = await start();
      await program.says('| started');
      program.stopReading();
      expect(await program.finished).toMatchObject({ exitCode: 130 });
      await expectNothingLeft();
    });
  });

  it.each([
    ['without a file', {}, [], 1, 'it has no .woodpecker, .woodpecker.yaml'],
    ['of a file that is not there', {}, ['other.yaml'], 1, 'other.yaml cannot be read'],
    [
      'with a key that nobody knows',
      { '.woodpecker.yaml': 'steps:\n  - name: a\n    imaeg: x\n' },
      [],
      1,
      '.woodpecker.yaml:3:5',
    ],
    [
      'with a secret that is not given',
      {
        '.woodpecker.yaml':
          'steps:\n  - name: a\n    image: x\n    commands: [y]\n    environment: {T: {from_secret: token}}\n',
      },
      [],
      1,
      'token',
    ],
    [
      'with a workflow that is not there',
      { '.woodpecker.yaml': 'steps: [{name: a, image: x, commands: [y]}]' },
      ['--workflow', 'b'],
      1,
      'name one of woodpecker',
    ],
    [
      'that no event makes run',
      { '.woodpecker.yaml': 'when: [{event: tag}]\nsteps: [{name: a, image: x, commands: [y]}]' },
      [],
      0,
      'see --event',
    ],
    ['of an event that is none', {}, ['--event', 'psuh'], 2, 'push'],
    ['with a secret without a value', {}, ['--secret', 'token'], 2, 'KEY=VALUE'],
  ] as const)('a pipeline %s is told with the way out', async (_what, files, args, code, words) => {
    await project().write(files);
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toContain(words);
    expect([exitCode, stdout]).toEqual([code, '']);
  });
});
