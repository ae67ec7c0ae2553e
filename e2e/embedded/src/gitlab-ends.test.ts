import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  runGitlab,
  startGitlab,
  temporaryFolder,
  type Folder,
  type Running,
} from '@millrace/e2e-suites/gitlab-program';

let folder: Folder;
let temporary: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  temporary = `${folder.path} tmp`;
  await mkdir(temporary);
});
const started = new Set<Running>();
afterEach(async () => {
  // A test that failed half-way has not ended what it started.
  for (const program of started) {
    program.kill('SIGKILL');
    await program.finished;
  }
  started.clear();
  await rm(temporary, { recursive: true, force: true });
  await folder.remove();
});

const run = (...args: readonly string[]) => runGitlab(args, folder.path, { TMPDIR: temporary });
const start = (...args: readonly string[]): Running => {
  const program = startGitlab(args, folder.path, { TMPDIR: temporary });
  started.add(program);
  return program;
};

/** Processes and mounts that have to do with this test's own temporary folder. */
async function leftInMemory(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(
    pids.flatMap((pid) =>
      ['cmdline', 'environ', 'mountinfo'].map(async (file) => {
        const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
        return text.replaceAll('\\040', ' ').includes(temporary) ? `${pid} ${file}` : undefined;
      }),
    ),
  );
  return seen.filter((place) => place !== undefined);
}

async function expectNothingLeft(): Promise<void> {
  expect(await readdir(temporary)).toEqual([]);
  expect(await leftInMemory()).toEqual([]);
}

const pipeline = `
long:
  script: ["echo started", "sleep 300"]
after:
  script: ["true"]
  after_script: ["echo cleaning", "sleep 300"]
large:
  script: ["head -c 60M /dev/zero > big"]
  artifacts: { paths: [big] }
quick:
  script: ["echo hi"]
`;
const never = `[[runners]]
name = "r"
executor = "kubernetes"
[runners.kubernetes]
image = "alpine"
[runners.kubernetes.node_selector]
"no-such" = "node"
`;

describe('whenever it is interrupted, it ends with 130 and leaves nothing', () => {
  it.each<[string, readonly string[], string]>([
    ['while the cluster starts', ['exec', 'long'], 'running on'],
    ['while the pod is pending', ['exec', 'long', '--config', 'never.toml'], 'Waiting for pod'],
    ['while sources travel', ['exec', 'long'], 'Getting source from'],
    ['in the script', ['exec', 'long'], '\nstarted\n'],
    ['in after_script', ['exec', 'after'], '\ncleaning\n'],
    ['while artifacts travel', ['exec', 'large'], 'Uploading artifacts'],
  ])('%s', async (_when, args, said) => {
    await folder.write({
      '.gitlab-ci.yml': pipeline,
      'never.toml': never,
      sources: 'x'.repeat(20_000_000),
    });
    const running = start(...args);
    await running.says(said);
    running.kill('SIGINT');
    const { exitCode, stderr } = await running.finished;
    expect(stderr).toContain('canceling');
    expect(exitCode).toBe(130);
    await expectNothingLeft();
  });

  it('when nobody reads its output any more', async () => {
    await folder.write({
      '.gitlab-ci.yml': 'j:\n  script: ["while :; do echo line; sleep 0.01; done"]\n',
    });
    const running = start('exec', 'j');
    await running.says('\nline\nline\n');
    running.stopReading();
    const { exitCode, stderr } = await running.finished;
    expect(stderr).toContain('j: canceled');
    expect(stderr).not.toMatch(/EPIPE|internal/);
    expect(exitCode).toBe(130);
    await expectNothingLeft();
  });
});

it('killed, it takes its containers along; the next run sweeps its folder', async () => {
  await folder.write({ '.gitlab-ci.yml': pipeline });
  const running = start('exec', 'long');
  await running.says('\nstarted\n');
  running.kill('SIGKILL');
  await running.finished;
  await expect.poll(leftInMemory, { timeout: 10_000 }).toEqual([]);
  expect(await readdir(temporary)).toHaveLength(1);
  expect(await run('exec', 'quick')).toMatchObject({ exitCode: 0 });
  await expectNothingLeft();
});

it('cluster runs jobs of other processes, and removes its kubeconfig when it is told to end', async ({
  skip,
}) => {
  await folder.write({ '.gitlab-ci.yml': pipeline });
  const kubeconfig = join(folder.path, 'kube', 'config');
  const cluster = start('cluster', '--kubeconfig', kubeconfig);
  await cluster.says('KUBECONFIG=');
  const { exitCode, stdout, stderr } = await run('exec', 'quick', '--kubeconfig', kubeconfig);
  if (stderr.includes('needs a private mount namespace')) {
    cluster.kill('SIGTERM');
    await cluster.finished;
    skip('namespaces are refused: only the cluster itself knows where jobs may mount');
  }
  expect(stdout).toContain('\nhi\n');
  expect(stderr).toContain('running on the cluster at https://127.0.0.1:');
  expect(exitCode).toBe(0);
  cluster.kill('SIGTERM');
  expect(await cluster.finished).toMatchObject({ exitCode: 0 });
  expect(await readdir(dirname(kubeconfig))).toEqual([]);
  await expectNothingLeft();
});
