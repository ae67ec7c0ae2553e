import { setImmediate } from 'node:timers/promises';
import type { Misbehaviour } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { createGrowingLog } from '../testing/growing-log.test.helper.ts';
import {
  seededFraction,
  startRunner,
  unlimited,
  type RunnerUnderTest,
} from '../testing/runner.test.helper.ts';
import { startUpload, type UploadUnderTest } from '../testing/upload.test.helper.ts';
import { newTraceState, type TraceState } from './trace-state.ts';

/** What may go wrong with one request. */
const mishaps: readonly Misbehaviour[] = [
  { kind: 'lose-answer' },
  { kind: 'lose-answer', status: 502 },
  { kind: 'reset' },
  { kind: 'answer', status: 500 },
  { kind: 'answer', status: 429 },
  { kind: 'answer', status: 409 },
  { kind: 'slow-reader', bytesPerTurn: 1_000 },
];

const endings: readonly Misbehaviour[] = [
  { kind: 'lose-answer' },
  { kind: 'not-yet' },
  { kind: 'forget-trace' },
  { kind: 'reset' },
  { kind: 'answer', status: 503 },
];

/** One job with a random log, random mishaps and random deaths of the runner's process. */
async function runRandomJob(runner: RunnerUnderTest, id: number, seed: string): Promise<void> {
  const fraction = seededFraction(seed);
  const below = (bound: number): number => Math.floor(fraction() * bound);
  const oneOf = <T>(values: readonly [T, ...T[]] | readonly T[]): T =>
    values[below(values.length)] as T;
  const { server } = runner;
  const job = await runner.takeJob({ id });
  const log = createGrowingLog();
  const pieceBytes = oneOf([20, 300, 4_096, 1_048_576]);
  let upload: UploadUnderTest = startUpload(runner, job, { log, pieceBytes });
  const known: TraceState[] = [newTraceState];

  const restart = async (): Promise<void> => {
    // Somewhere in the middle of whatever it does.
    for (let turns = below(6); turns > 0; turns -= 1) await setImmediate();
    await upload.kill();
    await runner.wire.settled();
    server.faults.forgive(id);
    known.push(upload.saved());
    // The last state that was kept, an older one, or none.
    const state = oneOf([upload.saved(), upload.saved(), oneOf(known), undefined]);
    upload = startUpload(runner, job, {
      log,
      pieceBytes,
      ...(state === undefined ? {} : { state }),
    });
  };

  for (let steps = 5 + below(20); steps > 0; steps -= 1) {
    log.write(
      'é\n'.repeat(below(4)) +
        'x'.repeat(oneOf([0, 3, pieceBytes, Math.min(20_000, 4 * pieceBytes)])),
    );
    if (below(3) === 0)
      server.faults.add({ call: 'patch', job: id }, oneOf(mishaps), { times: 1 + below(6) });
    await runner.untilDone(runner.clock.sleep(1_000 * below(8)));
    if (below(4) === 0) await restart();
  }
  if (below(2) === 0)
    server.faults.add({ call: 'final', job: id }, oneOf(endings), { times: 1 + below(2) });
  if (below(3) === 0) await restart();
  const finished = upload.uploader.finish({ state: 'success' }, unlimited());
  expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
  expect(server.stateOf(id)).toBe('success');
  expect(server.traceOf(id).equals(log.bytes())).toBe(true);
}

it.each(Array.from({ length: 20 }, (_, group) => group))(
  'any log arrives whole and once, whatever gets lost and whoever restarts (seeds %i…)',
  async (group) => {
    const runner = await startRunner();
    for (let at = 0; at < 3; at += 1) await runRandomJob(runner, at + 1, `upload ${group}-${at}`);
  },
);

it('holds no more than one piece of a log in memory while 100 MB pass to a slow reader', async () => {
  const size = 100_000_000;
  const runner = await startRunner({ server: { traces: 'digest' } });
  const { server } = runner;
  server.faults.add({ call: 'patch' }, { kind: 'slow-reader', bytesPerTurn: 64 * 1024 });
  const job = await runner.takeJob();

  const pattern = Buffer.alloc(1_048_576, 'a line of the log that is not long\n');
  let furthest = 0;
  let most = 0;
  const source = {
    size: () => size,
    read: (from: number, max: number) => {
      const length = Math.min(max, size - from);
      furthest = Math.max(furthest, from + length);
      // What was read and is not yet acknowledged is all that may lie in memory.
      most = Math.max(most, furthest - upload.uploader.state().acknowledged);
      return Promise.resolve(pattern.subarray(0, length));
    },
  };
  const upload = startUpload(runner, job, { source });
  const finished = upload.uploader.finish({ state: 'success' }, unlimited());
  expect(await runner.untilDone(finished)).toEqual({ kind: 'acknowledged' });
  expect(server.jobs()[0]).toMatchObject({ state: 'success', traceSize: size });
  expect(most).toBe(1_048_576);
});
