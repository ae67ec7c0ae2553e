import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGitlab, temporaryFolder, type Folder } from '@millrace/e2e-suites/gitlab-program';

let folder: Folder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const run = (...args: readonly string[]) => runGitlab(args, folder.path);

describe('exec', () => {
  it('takes odd names, large scripts and sources without git', async () => {
    const long = `läng/../${'x'.repeat(240)}`;
    const lines = Array.from({ length: 10_000 }, (_, n) => `      ${n} ${'y'.repeat(94)}`);
    await folder.write({
      '.gitlab-ci.yml': [
        'stages: [one, two]',
        `"${long}":`,
        '  stage: one',
        '  script: ["echo from the long one > result"]',
        '  artifacts: { paths: [result] }',
        '"build 🚀/all":',
        '  stage: two',
        '  script:',
        '    - cat result',
        '    - ls -A',
        '    - test "$(stat -c %Y sources)" -gt 1000000000 && echo fresh',
        '    - |',
        "      wc -l <<'END'",
        ...lines,
        '      END',
        '',
      ].join('\r\n'),
      sources: '',
      '.millrace/artifacts/old.tar': 'old',
      '.git/config': 'broken',
    });
    const { exitCode, stdout, stderr } = await run('exec');
    expect(stderr).toContain('build 🚀/all: succeeded');
    expect(stdout).toContain('\nfrom the long one\n');
    expect(stdout).toContain('\n.gitlab-ci.yml\nresult\nsources\n');
    expect(stdout).toContain('\nfresh\n');
    expect(stdout).toContain('\n10000\n');
    expect(exitCode).toBe(0);
  });

  it('takes a variable before the name of the job', async () => {
    await folder.write({ '.gitlab-ci.yml': 'job:\n  script: ["echo [$GIVEN]"]\n' });
    expect(await run('exec', '-e', 'GIVEN=x', 'job')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('\n[x]\n'),
    });
  });
});

it.each<[readonly string[], readonly string[]]>([
  [['exce'], ['exce', 'Did you mean exec?']],
  [
    ['exec', '--kubconfig', 'x'],
    ['--kubconfig', 'Did you mean --kubeconfig?'],
  ],
  [
    ['exec', 'one', '--job', 'two'],
    ['one', '--job', 'two'],
  ],
  [
    ['exec', '-e', 'X'],
    ['--variable', 'KEY=VALUE'],
  ],
  [
    ['cluster', '--port', '70000'],
    ['--port', '65535'],
  ],
])('%j is refused with code 2', async (args, expected) => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  for (const part of expected) expect(stderr).toContain(part);
});
