import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  runGitlab,
  startGitlab,
  temporaryFolder,
  type Folder,
} from '@millrace/e2e-suites/gitlab-program';

let folder: Folder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** A server that any machine with Node below /usr, or with perl, can run. */
const server = existsSync('/usr/bin/perl')
  ? `["perl", "-MIO::Socket::INET", "-e", "my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die; while (my $c = $s->accept) { print $c qq(hello from the service\\n); close $c }"]`
  : undefined;

describe('exec', () => {
  it('runs the example job and tells what it cost', async () => {
    const { exitCode, stdout, stderr } = await runGitlab(['exec', '--example'], folder.path);
    expect(stdout).toContain('Hello from a Pod');
    expect(stdout).toContain('The job ended as success.');
    expect(stdout).toContain('Job succeeded');
    expect(stderr).toContain('unit tests: succeeded');
    expect(stderr).toMatch(/API {7}\d requests, 1 upgraded connections, 1 shared watches/);
    expect(exitCode).toBe(0);
  });

  it('runs two jobs in order; an artifact travels from one to the other, untracked sources come along, ignored ones do not', async () => {
    await folder.write({
      '.gitlab-ci.yml': `
stages: [build, test]
check:
  stage: test
  script:
    - cat out/result.txt
    - ls
make:
  stage: build
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
    await folder.git('init');
    await folder.git('add', 'tracked.txt', '.gitlab-ci.yml', '.gitignore');
    await folder.git('commit', '-m', 'start');
    const { exitCode, stdout, stderr } = await runGitlab(['exec'], folder.path);
    expect(stderr).toMatch(/make: succeeded[\s\S]*check: succeeded/);
    expect(stdout).toMatch(/cat out\/result\.txt\ntracked\nuntracked\n/);
    expect(stdout).not.toContain('ignored.txt');
    expect(exitCode).toBe(0);
  });

  it('keeps variables with spaces, quotes, dollars and newlines as they are', async () => {
    await folder.write({
      '.gitlab-ci.yml': `
variables:
  SPACES: "two  spaces"
  QUOTES: 'single '' and "double"'
  BASE: base
  EXPANDED: "$BASE/x"
  RAW: { value: "$BASE", expand: false }
  LINES: "one\\ntwo"
job:
  script:
    - printf '<%s>\\n' "$SPACES" "$QUOTES" "$EXPANDED" "$RAW" "$LINES" "$GIVEN"
`,
    });
    const { stdout, exitCode } = await runGitlab(
      ['exec', 'job', '--variable', 'GIVEN=a=b c'],
      folder.path,
    );
    expect(stdout).toContain(
      `<two  spaces>\n<single ' and "double">\n<base/x>\n<$BASE>\n<one\ntwo>\n<a=b c>\n`,
    );
    expect(exitCode).toBe(0);
  });

  it('reaches a service by its alias', async ({ skip }) => {
    skip(server === undefined, 'no program to serve with: /usr/bin/perl is missing');
    const port = 20_000 + (process.pid % 10_000);
    await folder.write({
      '.gitlab-ci.yml': `
job:
  services:
    - name: service.test/hello:1
      alias: greeter
      entrypoint: ${server ?? '[]'}
      variables: { PORT: "${port}" }
  script:
    - for try in 1 2 3 4 5 6 7 8 9 10; do (exec 3<>/dev/tcp/greeter/${port}) 2>/dev/null && break; sleep 0.2; done
    - exec 3<>/dev/tcp/greeter/${port}
    - cat <&3
`,
    });
    const { stdout, stderr, exitCode } = await runGitlab(['exec', 'job'], folder.path);
    skip(
      stderr.includes('containers are plain processes'),
      'namespaces are refused: containers cannot have names of their own for hosts',
    );
    expect(stdout).toContain('hello from the service');
    expect(exitCode).toBe(0);
  });

  it('shows and returns the exit code of a failing job; after_script knows how it ended', async () => {
    await folder.write({
      '.gitlab-ci.yml': `job:\n  script:\n    - echo before\n    - exit 3\n    - echo never\n  after_script:\n    - echo "ended as $CI_JOB_STATUS"\n`,
    });
    const { exitCode, stdout, stderr } = await runGitlab(['exec', 'job'], folder.path);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('ERROR: Job failed: command terminated with exit code 3');
    expect(stdout).toContain('ended as failed');
    expect(stdout).not.toContain('\nnever\n');
    expect(stderr).toContain('exit code 3');
  });

  it('forces the end at the second interrupt', async () => {
    await folder.write({
      '.gitlab-ci.yml': `job:\n  script:\n    - trap "" TERM\n    - echo started\n    - sleep 300\n`,
    });
    const running = startGitlab(['exec', 'job'], folder.path);
    await running.says('\nstarted\n');
    running.kill('SIGINT');
    await running.says('canceling');
    running.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('forcing the end');
  });

  it('runs without namespaces too, and says what differs', async () => {
    await folder.write({ '.gitlab-ci.yml': `job:\n  script:\n    - echo "in $PWD"\n` });
    const { exitCode, stdout, stderr } = await runGitlab(
      ['exec', 'job', '--namespaces', 'off'],
      folder.path,
    );
    expect(stderr).toContain(
      'note: containers are plain processes, because namespaces are not available',
    );
    expect(stdout).toMatch(/in .*\/mounts\/builds\//);
    expect(exitCode).toBe(0);
  });

  it('without namespaces a job that needs another mount path is refused with the reason', async () => {
    await folder.write({
      '.gitlab-ci.yml': `job:\n  script:\n    - echo never\n`,
      'config.toml': `[[runners]]\nname = "r"\n[runners.kubernetes]\nimage = "alpine"\n[[runners.kubernetes.volumes.empty_dir]]\nname = "shm"\nmount_path = "/dev/shm2"\n`,
    });
    const { exitCode, stdout, stderr } = await runGitlab(
      ['exec', 'job', '--namespaces', 'off', '--config', 'config.toml'],
      folder.path,
    );
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('\nnever\n');
    expect(stderr).toContain('/dev/shm2');
    expect(stderr).toContain('namespace');
  });
});
