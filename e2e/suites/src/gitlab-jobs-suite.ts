import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { execRoom } from './gitlab-fixture.ts';

/** Jobs of a pipeline file by `millrace-gitlab exec`, from sources to what is left on the cluster: nothing. */
export const gitlabJobsSuite: Suite = defineSuite('gitlab jobs', (cluster) => {
  const { project, namespace, start, run } = execRoom(cluster);
  const expectNothingLeft = async (): Promise<void> =>
    expect(await cluster().leftovers(namespace())).toEqual([]);

  it('run in order; an artifact travels from one to the other, untracked sources come along, ignored ones do not', async () => {
    await project().write({
      '.gitlab-ci.yml': `
stages: [build, test]
check:
  stage: test
  script:
    - cat out/result.txt
    - ls
make:
  stage: build
  image: ${cluster().images.tools}
  script:
    - mkdir -p out
    - cat tracked.txt untracked.txt > out/result.txt
  artifacts:
    paths: [out/]
`,
      'tracked.txt': 'tracked\n',
      'untracked.txt': 'untracked\n',
      'ignored.txt': 'ignored\n',
      '.gitignore': 'ignored.txt\n.millrace/\n',
    });
    await project().git('init');
    await project().git('add', 'tracked.txt', '.gitlab-ci.yml', '.gitignore');
    await project().git('commit', '-m', 'start');
    // Where pods share mount paths, the second job has to wait until the pod of the first one is gone.
    const runs = cluster().mountPrefix === undefined ? [[]] : [['make'], ['check']];
    let said = '';
    for (const args of runs) {
      const { exitCode, stdout, stderr } = await run({ args });
      expect(stderr).toContain(`running on the cluster at ${cluster().server}`);
      expect(exitCode).toBe(0);
      await expectNothingLeft();
      said += stdout + stderr;
    }
    expect(said).toMatch(/make: succeeded[\s\S]*check: succeeded/);
    expect(said).toMatch(/cat out\/result\.txt\ntracked\nuntracked\n/);
    expect(said).not.toContain('ignored.txt');
  });

  it('keep variables with spaces, quotes, dollars and newlines as they are', async () => {
    await project().write({
      '.gitlab-ci.yml': `
variables:
  SPACES: "two  spaces"
  QUOTES: 'single '' and "double"'
  BASE: base
  EXPANDED: "$BASE/x"
  RAW: { value: "$BASE $(id) \`id\`", expand: false }
  LINES: "one\\ntwo"
  SLASHES: 'C:\\new\\table'
  EMPTY: ""
  LETTERS: "größe 🚀"
job:
  script:
    - printf '<%s>\\n' "$SPACES" "$QUOTES" "$EXPANDED" "$RAW" "$LINES" "$SLASHES" "$EMPTY" "$LETTERS" "$GIVEN"
`,
    });
    const { stdout, exitCode } = await run({ args: ['job', '--variable', 'GIVEN=a=b c'] });
    expect(stdout).toContain(
      [
        '<two  spaces>',
        `<single ' and "double">`,
        '<base/x>',
        '<$BASE $(id) `id`>',
        '<one\ntwo>',
        '<C:\\new\\table>',
        '<>',
        '<größe 🚀>',
        '<a=b c>',
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(0);
    await expectNothingLeft();
  });

  it('reach a service by its alias', async ({ skip }) => {
    skip(
      cluster().mountPrefix !== undefined,
      'namespaces are refused: containers cannot have names of their own for hosts',
    );
    skip(
      cluster().kind === 'embedded' && !existsSync('/usr/bin/perl'),
      'containers have what this machine has, and that lacks /usr/bin/perl',
    );
    const { tools } = cluster().images;
    // Where pods share the machine's network, two runs at a time must not meet.
    const port = 20_000 + (process.pid % 10_000);
    await project().write({
      '.gitlab-ci.yml': `
job:
  image: ${tools}
  services:
    - name: ${tools}
      alias: greeter
      entrypoint: ["perl", "-MIO::Socket::INET", "-e", "my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die; while (my $c = $s->accept) { print $c qq(hello from the service\\n); close $c }"]
      variables: { PORT: "${port}" }
  script:
    - until (exec 3<>/dev/tcp/greeter/${port}) 2>/dev/null; do sleep 0.2; done
    - exec 3<>/dev/tcp/greeter/${port}
    - cat <&3
`,
    });
    const { stdout, exitCode } = await run({ args: ['job'] });
    expect(stdout).toContain('hello from the service');
    expect(exitCode).toBe(0);
    await expectNothingLeft();
  });

  it.each(['shell', 'tools'] as const)(
    'end with the exit code of their script, which after_script knows about (image with %s)',
    async (image) => {
      await project().write({
        '.gitlab-ci.yml': `job:\n  image: ${cluster().images[image]}\n  script:\n    - echo before\n    - exit 3\n    - echo never\n  after_script:\n    - echo "ended as $CI_JOB_STATUS"\n`,
      });
      const { exitCode, stdout, stderr } = await run({ args: ['job'] });
      expect(exitCode).toBe(3);
      expect(stdout).toContain('ERROR: Job failed: command terminated with exit code 3');
      expect(stdout).toContain('ended as failed');
      expect(stdout).not.toContain('\nnever\n');
      expect(stderr).toContain('exit code 3');
      await expectNothingLeft();
    },
  );

  it('end with 127 when a command is missing', async () => {
    await project().write({
      '.gitlab-ci.yml': 'job:\n  script: [no-such-command-anywhere, echo never]\n',
    });
    const { exitCode, stdout } = await run({ args: ['job'] });
    expect(exitCode).toBe(127);
    expect(stdout).toContain('no-such-command-anywhere: ');
    expect(stdout).not.toContain('\nnever\n');
    await expectNothingLeft();
  });

  it.each<[string, string]>([
    ['script', 'job:\n  script: ["echo started", "sleep 300"]\n'],
    ['after_script', 'job:\n  script: ["true"]\n  after_script: ["echo started", "sleep 300"]\n'],
  ])('interrupted in %s are canceled, and leave nothing', async (_where, pipeline) => {
    await project().write({ '.gitlab-ci.yml': pipeline });
    const running = await start({ args: ['job'] });
    await running.says('\nstarted\n');
    running.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect(stderr).toContain('canceling');
    expect(exitCode).toBe(130);
    await expectNothingLeft();
  });
});
