import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { inState, stateFolder } from './layout.ts';
import { readOwner } from './owner.ts';
import { leftBehind } from './remove-cluster.ts';
import { runProgram } from './run-program.ts';
import { buildTestbed } from './testbed.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const command = [process.execPath, '--conditions=@millrace/source', main] as const;
const { signal } = new AbortController();

const started = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  started.clear();
});

/** Brings a cluster up as `npm run e2e -- up` does, with a pod on it. */
async function up(): Promise<ChildProcess> {
  const [node, ...args] = command;
  const child = spawn(node, [...args, 'up'], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.add(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the cluster did not come up')));
  });
  const { kubectl } = await buildTestbed({ say: () => undefined, signal });
  const kubeconfig = ['--kubeconfig', inState('configuration', 'admin.kubeconfig')];
  const image = ['--image=millrace.test/shell:1', '--image-pull-policy=Never'];
  await runProgram(kubectl, [...kubeconfig, 'run', 'p', ...image, '--', 'sleep', '600']);
  const ready = ['wait', '--for=condition=Ready', 'pod/p', '--timeout=120s'];
  await runProgram(kubectl, [...kubeconfig, ...ready]);
  return child;
}

async function expectNothingLeft(): Promise<void> {
  expect(await leftBehind(stateFolder)).toEqual([]);
  expect(await readFile(join(stateFolder, 'cluster.json')).catch(() => 'gone')).toBe('gone');
}

it('interrupted, it removes the cluster and leaves nothing', async () => {
  const child = await up();
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expectNothingLeft();
});

it('killed, it is outlived by a keeper that removes the cluster', async () => {
  const child = await up();
  child.kill('SIGKILL');
  await expect.poll(readOwner, { timeout: 60_000 }).toBeUndefined();
  await expectNothingLeft();
});

it('when the keeper itself is killed, `down` removes what is left', async () => {
  const child = await up();
  process.kill((await readOwner())?.pid ?? 0, 'SIGKILL');
  await once(child, 'exit');
  expect(await leftBehind(stateFolder)).not.toEqual([]);
  const [node, ...args] = command;
  await runProgram(node, [...args, 'down']);
  await expectNothingLeft();
});
