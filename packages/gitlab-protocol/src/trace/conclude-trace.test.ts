import { jobPayload } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { createGrowingLog } from '../testing/growing-log.test.helper.ts';
import { startRunner, unlimited, type RunnerUnderTest } from '../testing/runner.test.helper.ts';
import { expectDelivered, startUpload } from '../testing/upload.test.helper.ts';

const outcomesOf = ({ server }: RunnerUnderTest, call: string): readonly unknown[] =>
  server
    .calls()
    .filter((each) => each.call === call)
    .map(({ outcome }) => outcome);

describe('a result', () => {
  it('goes up behind the rest of the log, with its length and checksum', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('x'.repeat(3_000_000));
    await expectDelivered(runner, upload);
    expect(outcomesOf(runner, 'patch')).toEqual([202, 202, 202]);
    expect(outcomesOf(runner, 'final')).toEqual([200]);
    await upload.followed;
  });

  it('may have no log', async () => {
    const runner = await startRunner();
    await expectDelivered(runner, startUpload(runner, await runner.takeJob()));
  });

  it('may be a failure with reason and exit code', async () => {
    const runner = await startRunner();
    const { uploader } = startUpload(runner, await runner.takeJob());
    const result = { state: 'failed', failureReason: 'script_failure', exitCode: 7 } as const;
    await runner.untilDone(uploader.finish(result, unlimited()));
    expect(runner.server.jobs()[0]).toMatchObject({
      state: 'failed',
      failureReason: 'script_failure',
      exitCode: 7,
    });
  });

  it('needs no follower, for a job that ended before it ran', async () => {
    const runner = await startRunner();
    const { id, token } = runner.server.addJob(jobPayload());
    await runner.client.requestJob(unlimited());
    const log = createGrowingLog('not with this image\n');
    const upload = startUpload(runner, { id, token }, { log });
    const result = {
      state: 'failed',
      failureReason: 'runner_system_failure',
      exitCode: 3,
    } as const;
    const finished = upload.uploader.finish(result, unlimited());
    expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
  });
});

describe('a final update that goes wrong', () => {
  it.each([
    ['is answered 202 for a while', { kind: 'not-yet' }, 3],
    ['finds the trace lost', { kind: 'forget-trace' }, 2],
    ['is answered 412, though all is there', { kind: 'answer', status: 412 }, 2],
    ['is answered 400', { kind: 'answer', status: 400 }, 3],
    ['is answered 409', { kind: 'answer', status: 409 }, 3],
    ['is answered 429', { kind: 'answer', status: 429 }, 7],
    ['is answered 500', { kind: 'answer', status: 500 }, 7],
    ['is answered 503', { kind: 'answer', status: 503 }, 12],
    ['is cut off', { kind: 'reset' }, 4],
    ['arrives, and its answer is lost', { kind: 'lose-answer' }, 1],
    ['arrives, and something in between says 504', { kind: 'lose-answer', status: 504 }, 1],
  ] as const)('because it %s is told until it is taken, once', async (_how, fault, times) => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('something\n'.repeat(1_000));
    const set = runner.server.faults.add({ call: 'final' }, fault, { times });
    await expectDelivered(runner, upload);
    expect(set.hits()).toBe(times);
  });

  it('because the trace stays wrong is told without a checksum in the end', async () => {
    const runner = await startRunner({ breaches: ['no checksum'] });
    const job = await runner.takeJob();
    const told: unknown[] = [];
    const client = {
      ...runner.client,
      updateJob: (...args: Parameters<typeof runner.client.updateJob>) => {
        told.push(args[1].output);
        return runner.client.updateJob(...args);
      },
    };
    runner.server.faults.add({ call: 'final' }, { kind: 'answer', status: 412 }, { times: 10 });
    const upload = startUpload(runner, job, { client });
    upload.log.write('something\n');
    const finished = upload.uploader.finish({ state: 'success' }, unlimited());
    expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
    expect(told).toHaveLength(11);
    expect(told.slice(0, 10)).not.toContain(undefined);
    expect(told.at(-1)).toBeUndefined();
    expect(runner.logged.join('\n')).toContain('stays different');
  });

  it('waits between two tries a second, two, four, and so on up to an hour, beside the interval', async () => {
    const runner = await startRunner();
    const { uploader } = startUpload(runner, await runner.takeJob());
    runner.server.faults.add({ call: 'final' }, { kind: 'answer', status: 400 }, { times: 14 });
    const at: number[] = [];
    const client = {
      ...runner.client,
      updateJob: (...args: Parameters<typeof runner.client.updateJob>) => {
        at.push(runner.clock.monotonic());
        return runner.client.updateJob(...args);
      },
    };
    const upload = startUpload(runner, { id: 1, token: 'glcbt-job-token-1' }, { client });
    await runner.untilDone(upload.uploader.finish({ state: 'success' }, unlimited()));
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    const expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600];
    expect(pauses).toEqual(expected.map((seconds) => seconds * 1_000 + 3_000));
    expect(uploader.state().acknowledged).toBe(0);
  });

  it('is given up where the operator limits the tries, and says so', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob(), { finalRetry: { attempts: 3 } });
    const fault = runner.server.faults.add({ call: 'final' }, { kind: 'answer', status: 400 });
    const finished = upload.uploader.finish({ state: 'success' }, unlimited());
    expect(await runner.untilDone(finished)).toEqual({
      kind: 'unacknowledged',
      last: 'received invalid job update response',
    });
    expect(fault.hits()).toBe(3);
    expect(runner.logged.join('\n')).toContain('Job trace termination "Success" failed');
  });

  it.each([
    [403, 'refused'],
    [404, 'not_found'],
  ] as const)('because it is answered %i is over', async (status, why) => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('something\n');
    runner.server.faults.add({ call: 'final' }, { kind: 'answer', status });
    const finished = upload.uploader.finish({ state: 'success' }, unlimited());
    expect(await runner.untilDone(finished)).toEqual({ kind: 'released', why });
  });

  it.each([403, 404])(
    'because the rest of the log is answered %i still tells the result',
    async (status) => {
      const runner = await startRunner();
      const upload = startUpload(runner, await runner.takeJob());
      upload.log.write('something\n');
      runner.server.faults.add({ call: 'patch' }, { kind: 'answer', status });
      runner.server.faults.add({ call: 'final' }, { kind: 'answer', status });
      const finished = upload.uploader.finish({ state: 'success' }, unlimited());
      expect((await runner.untilDone(finished)).kind).toBe('released');
      expect(outcomesOf(runner, 'patch')).toEqual([status]);
      expect(outcomesOf(runner, 'final')).toEqual([status]);
    },
  );

  it('ends with the reason of an abort, and can be told by another process', async () => {
    const runner = await startRunner();
    const job = await runner.takeJob();
    const upload = startUpload(runner, job);
    upload.log.write('something\n');
    const end = await runner.server.faults.refuseConnections();
    const stopping = new AbortController();
    const reason = new Error('the runner stops');
    runner.clock.after(30_000, () => stopping.abort(reason));
    const finished = upload.uploader.finish({ state: 'success' }, { signal: stopping.signal });
    await expect(runner.untilDone(finished)).rejects.toBe(reason);
    await end();
    const next = startUpload(runner, job, { log: upload.log, state: upload.saved() });
    await expectDelivered(runner, next);
  });

  it('waits for a log that cannot be read for a while', async () => {
    const runner = await startRunner();
    const log = createGrowingLog('something\n');
    let isBroken = true;
    const source = {
      size: log.size,
      read: (from: number, max: number) =>
        isBroken ? Promise.resolve(Buffer.alloc(0)) : log.read(from, max, unlimited()),
    };
    const upload = startUpload(runner, await runner.takeJob(), { source, log });
    runner.clock.after(60_000, () => {
      isBroken = false;
    });
    await expectDelivered(runner, upload);
    expect(runner.logged.join('\n')).toContain('it is shorter than it was');
  });
});
