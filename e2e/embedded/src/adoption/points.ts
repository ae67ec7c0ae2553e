import { appendFileSync } from 'node:fs';
import type { ExecSession, JobStore, KubeApi, LogStream } from '@millrace/core';

/** Marks a point at which the program may be killed. */
export type Point = (name: string) => void;

/** A program that kills itself at its n-th point, without warning; 0 lets it live. Each point is written down first. */
export function killAt(n: number, file: string): Point {
  let passed = 0;
  return (name) => {
    passed += 1;
    appendFileSync(file, `${passed} ${name}\n`);
    if (passed !== n) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment; nothing more may happen.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

/** Every call to the cluster has a point before it is made and one when its answer is there. */
export function pointedApi(api: KubeApi, point: Point): KubeApi {
  const around =
    <A extends readonly unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      point(`before ${name}`);
      const answer = await call(...args);
      point(`after ${name}`);
      return answer;
    };
  return {
    ...api,
    get: around('get', api.get),
    list: around('list', api.list),
    create: around('create', api.create),
    patch: around('patch', api.patch),
    delete: around('delete', api.delete),
    logs: (...args) => pointedLog(api.logs(...args), point),
    exec: around('exec', async (...args) => pointedExec(await api.exec(...args), point)),
  };
}

/** A point before the request, one with each piece, and one at the end. */
const pointedLog = (log: LogStream, point: Point): LogStream => ({
  place: log.place,
  gap: log.gap,
  [Symbol.asyncIterator]: async function* pieces() {
    point('before a log');
    for await (const bytes of log) {
      point('a piece of a log');
      yield bytes;
    }
    point('after a log');
  },
});

const pointedExec = (exec: ExecSession, point: Point): ExecSession => ({
  stdout: exec.stdout,
  stderr: exec.stderr,
  write: async (data) => {
    point('before a request to the pod');
    await exec.write(data);
    point('after a request to the pod');
  },
  endInput: exec.endInput,
  canEndInput: exec.canEndInput,
  status: exec.status,
  close: exec.close,
});

/** Every write has a point before it and one after it. */
export const pointedStore = (store: JobStore, point: Point): JobStore => ({
  ...store,
  write: async (...args) => {
    point('before a write');
    const revision = await store.write(...args);
    point('after a write');
    return revision;
  },
});
