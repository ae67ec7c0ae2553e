import { Semaphore } from '@millrace/async';
import { describe, expect, it } from 'vitest';
import { createGrowingLog } from '../testing/growing-log.test.helper.ts';
import { startRunner, unlimited, type RunnerUnderTest } from '../testing/runner.test.helper.ts';
import { expectDelivered, startUpload } from '../testing/upload.test.helper.ts';

/** The calls about a job after it was taken. */
const callsOf = ({ server }: RunnerUnderTest): readonly string[] =>
  server
    .calls()
    .slice(2)
    .map(({ call, outcome }) => `${call} ${outcome}`);

describe('while a job runs, its log', () => {
  it('goes up as it grows, a piece every three seconds', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('one\n');
    await runner.pass(2_000);
    expect(runner.server.traceOf(1).toString()).toBe('');
    await runner.pass(1_000);
    expect(runner.server.traceOf(1).toString()).toBe('one\n');
    upload.log.write('two\n');
    await runner.pass(3_000);
    expect(runner.server.traceOf(1).toString()).toBe('one\ntwo\n');
    await expectDelivered(runner, upload);
  });

  it('goes up in the rhythm that the server asks for', async () => {
    const runner = await startRunner({ server: { updateInterval: 20 } });
    const upload = startUpload(runner, await runner.takeJob());
    for (let second = 0; second < 62; second += 1) {
      upload.log.write(`${second}\n`);
      await runner.pass(1_000);
    }
    expect(callsOf(runner)).toEqual(['patch 202', 'patch 202', 'patch 202']);
    await expectDelivered(runner, upload);
  });

  it('is cut into pieces of at most 1 MiB', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('x'.repeat(2_500_000));
    await runner.pass(3_000);
    expect(runner.server.jobs()[0]?.traceSize).toBe(1_048_576);
    await runner.pass(6_000);
    expect(runner.server.jobs()[0]?.traceSize).toBe(2_500_000);
    await expectDelivered(runner, upload);
  });

  it('says whether it may show secrets', async () => {
    const runner = await startRunner();
    const urls: string[] = [];
    const upload = startUpload(runner, await runner.takeJob(), {
      debug: true,
      client: {
        ...runner.client,
        patchTrace: (job, piece, options) => {
          urls.push(String(piece.debug));
          return runner.client.patchTrace(job, piece, options);
        },
      },
    });
    upload.log.write('x');
    await runner.pass(3_000);
    expect(urls).toEqual(['true']);
  });
});

describe('a job that is silent', () => {
  it('is told to be alive at once, and then every half minute', async () => {
    const runner = await startRunner();
    startUpload(runner, await runner.takeJob());
    await runner.pass(3_000);
    expect(callsOf(runner)).toEqual(['touch 200']);
    await runner.pass(30_000);
    expect(callsOf(runner)).toHaveLength(1);
    await runner.pass(3_000);
    expect(callsOf(runner)).toHaveLength(2);
  });

  it('is told to be alive after a while without news', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('something\n');
    await runner.pass(3_000);
    expect(callsOf(runner)).toEqual(['patch 202']);
    await runner.pass(33_000);
    expect(callsOf(runner)).toEqual(['patch 202', 'touch 200']);
  });

  it('may be silent for four intervals where the operator says so', async () => {
    const runner = await startRunner({ server: { updateInterval: 60 } });
    startUpload(runner, await runner.takeJob(), { dynamicSilence: true });
    await runner.pass(3_000);
    expect(callsOf(runner)).toEqual(['touch 200']);
    await runner.pass(240_000);
    expect(callsOf(runner)).toHaveLength(1);
    await runner.pass(60_000);
    expect(callsOf(runner)).toHaveLength(2);
  });
});

describe('a server that ends a job', () => {
  it('gracefully makes the upload say so once, and go on', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    runner.server.cancel(1, 'gracefully');
    for (let times = 0; times < 3; times += 1) {
      upload.log.write('still here\n');
      await runner.pass(3_000);
    }
    expect(upload.asked).toEqual(['cancel']);
    const result = { state: 'failed', failureReason: 'job_canceled' } as const;
    const finished = upload.uploader.finish(result, unlimited());
    expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
    expect(runner.server.stateOf(1)).toBe('canceled');
    expect(runner.server.traceOf(1).equals(upload.log.bytes())).toBe(true);
  });

  it.each(['at-once', 'as-failed'] as const)(
    '%s makes the upload say so and end; the result is refused',
    async (how) => {
      const runner = await startRunner();
      const upload = startUpload(runner, await runner.takeJob());
      upload.log.write('something\n');
      runner.server.cancel(1, how);
      await runner.untilDone(upload.followed);
      expect(upload.asked).toEqual(['abort']);
      const finished = upload.uploader.finish({ state: 'success' }, unlimited());
      expect(await runner.untilDone(finished)).toEqual({
        kind: 'released',
        why: 'refused',
        jobStatus: how === 'at-once' ? 'canceled' : 'failed',
      });
    },
  );

  it.each([403, 404])('by a %i to a sign of life makes it say so too', async (status) => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    runner.server.faults.add({ call: 'touch' }, { kind: 'answer', status });
    await runner.untilDone(upload.followed);
    expect(upload.asked).toEqual(['abort']);
  });

  it('is not heard after the result was told', async () => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    runner.server.cancel(1, 'gracefully');
    const finished = upload.uploader.finish({ state: 'success' }, unlimited());
    expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
    expect(upload.asked).toEqual([]);
  });
});

describe('a piece that goes wrong', () => {
  it.each([
    ['is answered 200', { kind: 'answer', status: 200 }],
    ['is answered 400', { kind: 'answer', status: 400 }],
    ['is answered 404', { kind: 'answer', status: 404 }],
    ['is answered 409', { kind: 'answer', status: 409 }],
    ['is answered 416 without a range', { kind: 'answer', status: 416 }],
    ['is answered 429', { kind: 'answer', status: 429 }],
    ['is answered 500', { kind: 'answer', status: 500 }],
    ['is cut off', { kind: 'reset' }],
    ['arrives, and its answer is lost', { kind: 'lose-answer' }],
    ['arrives, and something in between says 502', { kind: 'lose-answer', status: 502 }],
    ['is read slowly', { kind: 'slow-reader', bytesPerTurn: 7 }],
  ] as const)('because it %s goes up in the end, once', async (_how, fault) => {
    const runner = await startRunner();
    const upload = startUpload(runner, await runner.takeJob());
    upload.log.write('first\n');
    await runner.pass(4_000);
    runner.server.faults.add({ call: 'patch' }, fault, { times: 7 });
    upload.log.write('second\n'.repeat(10));
    await runner.pass(60_000);
    upload.log.write('third\n');
    await runner.pass(60_000);
    expect(runner.server.traceOf(1).equals(upload.log.bytes())).toBe(true);
    await expectDelivered(runner, upload);
  });

  it('because the log cannot be read goes up when it can', async () => {
    const runner = await startRunner();
    const job = await runner.takeJob();
    const log = createGrowingLog();
    let isBroken = true;
    const source = {
      size: log.size,
      read: (from: number, max: number) =>
        isBroken ? Promise.reject(new Error('EIO')) : log.read(from, max, unlimited()),
    };
    const upload = startUpload(runner, job, { source, log });
    log.write('something\n');
    await runner.pass(10_000);
    expect(runner.logged.join('\n')).toMatch(/Cannot send the log.*at byte 0: EIO/);
    isBroken = false;
    await runner.pass(10_000);
    await expectDelivered(runner, upload);
  });
});

it('goes on when its position cannot be kept', async () => {
  const runner = await startRunner();
  const upload = startUpload(runner, await runner.takeJob(), {
    onState: () => Promise.reject(new Error('the disk is full')),
  });
  upload.log.write('something\n');
  await runner.pass(4_000);
  await expectDelivered(runner, upload);
  expect(runner.logged.join('\n')).toContain('"error":"the disk is full"');
});

it('holds no more pieces in memory than all uploads may together', async () => {
  const runner = await startRunner();
  const uploads = new Semaphore(1);
  let held = 0;
  let most = 0;
  const client = {
    ...runner.client,
    patchTrace: async (...args: Parameters<typeof runner.client.patchTrace>) => {
      held += 1;
      most = Math.max(most, held);
      const outcome = await runner.client.patchTrace(...args);
      held -= 1;
      return outcome;
    },
  };
  const all = [];
  for (const id of [1, 2, 3]) {
    const upload = startUpload(runner, await runner.takeJob({ id }), { client, uploads });
    upload.log.write(`the log of ${id}\n`);
    all.push(upload);
  }
  await runner.pass(6_000);
  for (const upload of all) await expectDelivered(runner, upload);
  expect(most).toBe(1);
});
