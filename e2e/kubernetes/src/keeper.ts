import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { forwardToApi } from './cluster/forward.ts';
import { leftBehind, removeCluster } from './cluster/remove-cluster.ts';
import { stateFolder } from './cluster/layout.ts';
import { startCluster } from './cluster/start-cluster.ts';

/** Says on standard output that the cluster is up. */
const upLine = 'cluster is up';

/**
 * Brings a cluster up and removes it when standard input ends: so it goes with whoever asked for it, however that one
 * ends. The keeper is in a process group of its own, where no terminal interrupts it.
 */
export async function keepCluster(): Promise<number> {
  const end = new AbortController();
  const stop = (): void => end.abort(new Error('told to end'));
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.stdin.resume().once('end', stop).once('error', stop).once('close', stop);
  let code = 0;
  try {
    await startCluster({ say, signal: end.signal });
    const forwarding = await forwardToApi();
    process.stdout.write(`${upLine}\n`);
    if (!end.signal.aborted) await once(end.signal, 'abort');
    forwarding.close();
  } catch (failure) {
    if (!end.signal.aborted) {
      say(failure instanceof Error ? failure.message : String(failure));
      code = 1;
    }
  }
  await removeCluster();
  for (const line of await leftBehind(stateFolder)) {
    say(`left behind: ${line}`);
    code = 1;
  }
  return code;
}

/** A cluster that another process keeps for this one. */
export interface KeptCluster {
  /** Removes it; resolves when nothing is left, rejects when something is. */
  readonly remove: () => Promise<void>;
  /** Resolves when the keeper has ended, asked or not. */
  readonly ended: Promise<unknown>;
}

/** Starts a keeper and waits until its cluster is up. */
export async function startKeeper(): Promise<KeptCluster> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, 'keep'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1)).once('exit', (code) => resolve(code ?? 1));
  });
  const up = new Promise<boolean>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes(upLine)) resolve(true);
    });
    void ended.then(() => resolve(false));
  });
  if (!(await up)) throw new Error('the cluster did not come up');
  return {
    ended,
    remove: async () => {
      child.stdin.end();
      if ((await ended) !== 0) throw new Error('the cluster left something behind');
    },
  };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
