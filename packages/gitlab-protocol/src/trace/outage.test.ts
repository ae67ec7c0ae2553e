import { jobPayload, type Misbehaviour } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { judgeConfirmation } from '../answers/judge-job-update.ts';
import type { JobKey } from '../client/job-calls.ts';
import { startRunner, unlimited, type RunnerUnderTest } from '../testing/runner.test.helper.ts';
import { expectDelivered, startUpload } from '../testing/upload.test.helper.ts';

/** Something that begins at once and is over after so many milliseconds. */
type Outage = (runner: RunnerUnderTest, milliseconds: number) => Promise<void>;

const misbehaving =
  (misbehaviour: Misbehaviour): Outage =>
  ({ server, clock }, milliseconds) => {
    const fault = server.faults.add({}, misbehaviour);
    clock.after(milliseconds, fault.remove);
    return Promise.resolve();
  };

const outages: readonly (readonly [string, Outage])[] = [
  ['refuses connections', (runner, milliseconds) => runner.outage(milliseconds)],
  ['resets connections', misbehaving({ kind: 'reset' })],
  ['answers 500', misbehaving({ kind: 'answer', status: 500 })],
  ['answers 502', misbehaving({ kind: 'answer', status: 502 })],
  ['is behind a page that says 503', misbehaving({ kind: 'answer', status: 503 })],
  ['carries out, and its answers are lost', misbehaving({ kind: 'lose-answer' })],
];

/** Asks until there is a job, as a runner does; one whose answer got lost is given again by the server. */
async function takeWhatever(runner: RunnerUnderTest): Promise<JobKey> {
  const { client, server, clock } = runner;
  for (;;) {
    const outcome = await client.requestJob(unlimited());
    if (outcome.kind === 'job') return outcome.job;
    if (server.stateOf(1) === 'assigned') server.requeue(1);
    await clock.sleep(10_000);
  }
}

/** When the outage begins. */
type Phase = 'confirm' | 'final' | 'quiet' | 'request' | 'script';
const phases: readonly Phase[] = ['request', 'confirm', 'script', 'quiet', 'final'];

async function runThroughOutage(begin: Outage, phase: Phase, milliseconds: number): Promise<void> {
  const runner = await startRunner();
  const { server, client, clock } = runner;
  server.addJob(jobPayload());
  const at = async (now: Phase): Promise<void> => {
    if (now === phase) await begin(runner, milliseconds);
  };
  await at('request');
  const job = await runner.untilDone(takeWhatever(runner), 10_000);
  await at('confirm');
  const confirmed = client.updateJob(job, { state: 'running' }, unlimited());
  expect(judgeConfirmation(await runner.untilDone(confirmed, 10_000))).toBe('run');
  const upload = startUpload(runner, job);
  await at('script');
  for (let second = 0; second < 90; second += 1) {
    if (second % 7 === 0) upload.log.write(`second ${second}\n`.repeat(500));
    await runner.untilDone(clock.sleep(1_000));
  }
  await at('quiet');
  await runner.untilDone(clock.sleep(90_000));
  upload.log.write('the end\n');
  await at('final');
  await expectDelivered(runner, upload);
}

describe.each(outages)('a server that %s', (_what, begin) => {
  it.each(phases)('for a minute from the phase "%s" costs no byte and no result', (phase) =>
    runThroughOutage(begin, phase, 60_000),
  );

  it.each(phases)('for half an hour from the phase "%s" costs no byte and no result', (phase) =>
    runThroughOutage(begin, phase, 1_800_000),
  );
});
