import { setImmediate } from 'node:timers/promises';
import { createFakeClock } from '@millrace/async';
import { describe, expect, it } from 'vitest';
import { jobPayload } from './job-payload.ts';
import {
  info,
  startRawRunner,
  withBody,
  withHeaders,
  type RawCall,
  type RawRunner,
} from './raw-runner.test.helper.ts';

const log = 'hello\n';

it('leads a job from the queue to its end, and finds nothing wrong with a right runner', async () => {
  const runner = await startRawRunner({ updateInterval: 3 });
  const { server, send } = runner;
  expect((await send(runner.request())).status).toBe(204);
  const payload = jobPayload();
  const job = server.addJob(payload);
  const given = await send(runner.request({ last_update: 'news-1' }));
  expect(given).toMatchObject({ status: 201, json: payload });
  expect(given.headers['x-gitlab-last-update']).toBe('news-2');
  expect(job).toMatchObject({ state: 'assigned', systemId: 's_0123456789ab' });
  const confirmed = await send(runner.update({ state: 'running', output: {} }));
  expect(confirmed.status).toBe(200);
  expect(confirmed.headers['job-status']).toBe('running');
  expect(confirmed.headers['x-gitlab-trace-update-interval']).toBe('3');
  const patched = await send(runner.patch(0, log));
  expect(patched.status).toBe(202);
  expect(patched.headers.range).toBe(`0-${log.length}`);
  expect((await send(runner.final(log, { state: 'running' }))).status).toBe(200);
  const ended = await send(runner.final(log));
  expect(ended.status).toBe(200);
  expect(ended.headers['job-status']).toBe('success');
  expect(await server.whenJob(1)).toBe('success');
  expect(server.traceOf(1).toString()).toBe(log);
  expect(server.calls().map(({ call, outcome }) => `${call} ${outcome}`)).toEqual([
    'request 204',
    'request 201',
    'confirm 200',
    'patch 202',
    'touch 200',
    'final 200',
  ]);
  expect(server.violations()).toEqual([]);
});

/** A request that is wrong, after a job was taken and six bytes of its log were sent; the sentence; the answer. */
type Breach = readonly [string, (runner: RawRunner) => RawCall, string, number];

const breaches: readonly Breach[] = [
  [
    'no request id',
    (r) => withHeaders(r.request(), { 'x-request-id': undefined }),
    'X-Request-Id',
    204,
  ],
  [
    'no Accept',
    (r) => withHeaders(r.request(), { accept: 'text/html' }),
    'Accept is text/html',
    204,
  ],
  [
    'another type',
    (r) => withHeaders(r.request(), { 'content-type': 'text/x' }),
    'Content-Type',
    204,
  ],
  [
    'another header token',
    (r) => withHeaders(r.request(), { 'runner-token': 'x' }),
    'RUNNER-TOKEN',
    204,
  ],
  ['an unknown token', (r) => withBody(r.request(), { token: 'x' }), 'wrong token', 403],
  ['no system id', (r) => withBody(r.request(), { system_id: undefined }), 'system_id', 204],
  ['a bad system id', (r) => r.request({ system_id: 'me' }), 'bad system_id', 204],
  ['an unknown field', (r) => r.request({ shoe_size: 43 }), 'unknown field shoe_size', 204],
  [
    'news it was never told',
    (r) => r.request({ last_update: 'x' }),
    'last_update x was never told',
    204,
  ],
  ['no info', (r) => withBody(r.request(), { info: undefined }), 'field info is missing', 204],
  [
    'an unknown info',
    (r) => r.request({ info: { ...info, token: 'x' } }),
    'info: unknown field token',
    204,
  ],
  [
    'a missing feature',
    (r) => r.request({ info: { ...info, features: {} } }),
    'field masking is missing',
    204,
  ],
  ['a path that is none', (r) => ({ ...r.request(), path: 'jobs' }), 'there is no such call', 404],
  ['a body that is none', (r) => ({ ...r.request(), body: '{' }), 'the body is not JSON', 403],
  ['a gap', (r) => r.patch(8, 'x'), 'piece from 8, where 6 bytes are there', 416],
  ['an overlap', (r) => r.patch(3, 'lo\nx'), 'piece from 3, where 6 bytes are there', 416],
  [
    'a wrong range',
    (r) => withHeaders(r.patch(6, 'xy'), { 'content-range': '6-6' }),
    'not that of 2 bytes',
    202,
  ],
  [
    'no range',
    (r) => withHeaders(r.patch(6, 'x'), { 'content-range': undefined }),
    'bad Content-Range',
    400,
  ],
  ['an empty piece', (r) => ({ ...r.patch(6, ''), body: '' }), 'an empty piece', 202],
  ['a huge piece', (r) => r.patch(6, 'x'.repeat(1_048_577)), 'a piece of 1048577 bytes', 202],
  ['no debug_trace', (r) => ({ ...r.patch(6, 'x'), path: 'jobs/1/trace' }), 'no debug_trace', 202],
  [
    'another type of piece',
    (r) => withHeaders(r.patch(6, 'x'), { 'content-type': 'a/b' }),
    'Content-Type',
    202,
  ],
  [
    'a wrong job token',
    (r) => withHeaders(r.patch(6, 'x'), { 'job-token': 'x' }),
    'wrong JOB-TOKEN',
    403,
  ],
  [
    'an unknown job',
    (r) => ({ ...r.patch(0, 'x'), path: 'jobs/9/trace?debug_trace=true' }),
    'no job 9',
    404,
  ],
  ['two confirmations', (r) => r.update({ state: 'running', output: {} }), 'confirmed twice', 200],
  [
    'an unknown state',
    (r) => r.update({ state: 'pending', output: {} }),
    'state pending is none',
    200,
  ],
  ['no output', (r) => withBody(r.final(log), { output: undefined }), 'output is missing', 200],
  ['a wrong length', (r) => r.final('hello'), '5 bytes', 412],
  ['a wrong checksum', (r) => r.final('hallo\n'), '6 bytes, crc32:', 412],
  [
    'two checksums',
    (r) => r.final(log, { checksum: 'crc32:00000000' }),
    'differs from output.checksum',
    200,
  ],
  [
    'a wrong checksum while it runs',
    (r) => r.final('hallo\n', { state: 'running' }),
    'wrong checksum',
    200,
  ],
  [
    'a failure without a reason',
    (r) => r.final(log, { state: 'failed' }),
    'failure_reason  is not accepted',
    200,
  ],
  [
    'a reason that the job does not accept',
    (r) => r.final(log, { state: 'failed', failure_reason: 'bad_luck' }),
    'failure_reason bad_luck is not accepted',
    200,
  ],
  [
    'a success with a reason',
    (r) => r.final(log, { failure_reason: 'x' }),
    'a success with a reason',
    200,
  ],
  [
    'another runner',
    (r) => r.final(log, { info: { ...info, shell: 'pwsh' } }),
    'not from the runner',
    200,
  ],
  ['another body token', (r) => r.final(log, { token: 'x' }), 'wrong token in the body', 200],
  ['a trace in an update', (r) => r.final(log, { trace: log }), 'unknown field trace', 200],
];

describe('a runner that breaks the protocol', () => {
  it.each(breaches)('by %s is caught', async (_what, call, sentence, status) => {
    const runner = await startRawRunner();
    await runner.take();
    await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toEqual([]);
    expect((await runner.send(call(runner))).status).toBe(status);
    expect(runner.server.violations().join('\n')).toContain(sentence);
  });

  it.each([
    ['a piece', (r: RawRunner) => r.patch(6, 'x')],
    ['another result', (r: RawRunner) => r.final(log, { state: 'failed' })],
    ['the same result', (r: RawRunner) => r.final(log)],
    ['a sign of life', (r: RawRunner) => r.final(log, { state: 'running' })],
  ])('by %s after the result was acknowledged is caught', async (_what, call) => {
    const runner = await startRawRunner();
    await runner.take();
    await runner.send(runner.patch(0, log));
    await runner.send(runner.final(log));
    expect(runner.server.violations()).toEqual([]);
    const late = await runner.send(call(runner));
    expect(late.status).toBe(403);
    expect(late.headers['job-status']).toBe('success');
    expect(runner.server.violations().join('\n')).toContain('job 1 has ended (success)');
    expect(runner.server.stateOf(1)).toBe('success');
  });

  it('by another result, or going back, while the first is not acknowledged is caught', async () => {
    const runner = await startRawRunner();
    await runner.take();
    await runner.send(runner.patch(0, log));
    runner.server.faults.add({ call: 'final' }, { kind: 'not-yet' });
    expect((await runner.send(runner.final(log))).status).toBe(202);
    await runner.send(runner.final(log));
    expect(runner.server.violations()).toEqual([]);
    await runner.send(runner.final(log, { state: 'failed', failure_reason: 'script_failure' }));
    await runner.send(runner.final(log, { state: 'running' }));
    await runner.send(runner.patch(6, 'x'));
    const sentences = runner.server.violations().join('\n');
    expect(sentences).toMatch(/failed script_failure 0, after success/);
    expect(sentences).toMatch(/running, after/);
    expect(sentences).toMatch(/a piece after the final update/);
  });

  it('by a log or a success before it confirmed is caught', async () => {
    const runner = await startRawRunner();
    runner.server.addJob(jobPayload());
    await runner.send(runner.request());
    await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toEqual([]);
    await runner.send(runner.update({ state: 'running', output: {} }));
    expect(runner.server.violations()).toEqual([
      'update of job 1: confirmed after a piece of its trace',
    ]);
  });

  it('by a success that it never confirmed is caught, and a failure is none', async () => {
    for (const [update, count] of [
      [{}, 1],
      [{ state: 'failed', failure_reason: 'runner_system_failure' }, 0],
    ] as const) {
      const runner = await startRawRunner();
      runner.server.addJob(jobPayload());
      await runner.send(runner.request());
      await runner.send(runner.patch(0, log));
      await runner.send(runner.final(log, update));
      expect(runner.server.violations()).toHaveLength(count);
    }
  });

  it('by writing to a job that nobody was given is caught', async () => {
    const runner = await startRawRunner();
    runner.server.addJob(jobPayload());
    await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toEqual(['trace of job 1: job 1 was given to nobody']);
  });

  it('by two writers at once is caught', async () => {
    const runner = await startRawRunner();
    await runner.take();
    const held = runner.server.faults.add({ call: 'patch' }, { kind: 'hold' }, { times: 1 });
    const first = runner.send(runner.patch(0, log));
    while (held.hits() === 0) await setImmediate();
    await runner.send(runner.patch(0, 'other\n'));
    held.remove();
    expect((await first).status).toBe(416);
    expect(runner.server.violations().join('\n')).toContain('two writers at job 1');
  });

  it('by asking for more jobs than its limit is caught', async () => {
    const token = 'glrt-limited';
    const runner = await startRawRunner({ runners: [{ token, limit: 1 }] });
    await runner.take();
    await runner.send(runner.request());
    expect(runner.server.violations()).toEqual([
      'request job: s_0123456789ab has 1 jobs, which is its limit',
    ]);
    // Another machine has a limit of its own.
    await runner.send(runner.request({ system_id: 's_ba9876543210' }));
    expect(runner.server.violations()).toHaveLength(1);
  });

  it('by more open requests than it may have is caught', async () => {
    const token = 'glrt-limited';
    const runner = await startRawRunner({
      runners: [{ token, requestConcurrency: 1 }],
      longPollSeconds: 50,
      clock: createFakeClock(),
    });
    await runner.send(runner.request());
    const held = runner.send(runner.request({ last_update: 'news-1' }));
    while (runner.server.heldPolls() === 0) await setImmediate();
    await runner.send(runner.request());
    runner.server.releasePolls();
    expect((await held).status).toBe(204);
    expect(runner.server.violations()).toEqual([
      'request job: s_0123456789ab has as many open requests as it may',
    ]);
  });

  it('by writing on to a job that somebody ended is caught, after it could have noticed', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.cancel(1, 'at-once');
    for (let times = 0; times < 3; times += 1) await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toEqual([]);
    await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toEqual(['trace of job 1: job 1 has ended (canceled)']);
  });

  it('by a log that is no text is caught', async () => {
    const runner = await startRawRunner();
    await runner.take();
    const piece = { ...runner.patch(0, 'x'), body: Buffer.from([0xff]) };
    const answer = await runner.send(piece);
    expect(answer.status).toBe(202);
    const sum = 'crc32:ff000000';
    await runner.send(
      runner.update({ state: 'success', checksum: sum, output: { checksum: sum, bytesize: 1 } }),
    );
    expect(runner.server.violations()).toEqual(['update of job 1: the trace is not UTF-8']);
  });
});

describe('a long poll', () => {
  it('is held while there is no news, and not for longer than it may', async () => {
    const clock = createFakeClock();
    const runner = await startRawRunner({ longPollSeconds: 50, clock });
    await runner.send(runner.request());
    const held = runner.send(runner.request({ last_update: 'news-1' }));
    while (runner.server.heldPolls() === 0) await setImmediate();
    await clock.advance(50_000);
    expect((await held).status).toBe(204);
  });

  it('ends with a job that comes', async () => {
    const runner = await startRawRunner({ longPollSeconds: 50, clock: createFakeClock() });
    await runner.send(runner.request());
    const held = runner.send(runner.request({ last_update: 'news-1' }));
    while (runner.server.heldPolls() === 0) await setImmediate();
    runner.server.addJob(jobPayload());
    expect((await held).status).toBe(201);
  });
});

describe('a server that misbehaves', () => {
  it.each([403, 404, 409, 412, 416, 429, 500, 503])(
    'answers %i without doing anything',
    async (status) => {
      const runner = await startRawRunner();
      await runner.take();
      const headers = { 'retry-after': '9' };
      const fault = { kind: 'answer', status, headers, message: 'no' } as const;
      const set = runner.server.faults.add({ call: 'patch' }, fault, { times: 1 });
      const answer = await runner.send(runner.patch(0, log));
      expect(answer).toMatchObject({ status, json: { message: 'no' } });
      expect(answer.headers['retry-after']).toBe('9');
      expect(runner.server.traceOf(1).length).toBe(0);
      expect(set.hits()).toBe(1);
      expect((await runner.send(runner.patch(0, log))).status).toBe(202);
    },
  );

  it('resets a connection without doing anything', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.faults.add({ call: 'patch' }, { kind: 'reset' }, { times: 1 });
    await expect(runner.send(runner.patch(0, log))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(runner.server.traceOf(1).length).toBe(0);
  });

  it('loses an answer to what it did, and forgives the piece that comes again', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.faults.add({ call: 'patch' }, { kind: 'lose-answer' }, { times: 1 });
    await expect(runner.send(runner.patch(0, log))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(runner.server.traceOf(1).toString()).toBe(log);
    expect((await runner.send(runner.patch(0, log))).status).toBe(416);
    expect(runner.server.violations()).toEqual([]);
    await runner.send(runner.patch(0, log));
    expect(runner.server.violations()).toHaveLength(1);
  });

  it('lets something in between answer for it', async () => {
    const runner = await startRawRunner();
    await runner.take();
    const fault = { kind: 'lose-answer', status: 502 } as const;
    runner.server.faults.add({ call: 'patch' }, fault, { times: 1 });
    expect((await runner.send(runner.patch(0, log))).status).toBe(502);
    expect(runner.server.traceOf(1).toString()).toBe(log);
  });

  it('forgets a trace and wants all of it again', async () => {
    const runner = await startRawRunner();
    await runner.take();
    await runner.send(runner.patch(0, log));
    runner.server.faults.add({ call: 'final' }, { kind: 'forget-trace' }, { times: 1 });
    expect((await runner.send(runner.final(log))).status).toBe(412);
    await runner.send(runner.patch(0, log));
    expect((await runner.send(runner.final(log))).status).toBe(200);
    expect(runner.server.violations()).toEqual([]);
  });

  it('reads slowly', async () => {
    const runner = await startRawRunner();
    await runner.take();
    const text = 'x'.repeat(100_000);
    runner.server.faults.add({ call: 'patch' }, { kind: 'slow-reader', bytesPerTurn: 100 });
    expect((await runner.send(runner.patch(0, text))).status).toBe(202);
    expect(runner.server.traceOf(1).length).toBe(100_000);
  });

  it('is away and comes back at the same address, any number of times', async () => {
    const runner = await startRawRunner();
    await runner.take();
    for (let round = 0; round < 5; round += 1) {
      const end = await runner.server.faults.refuseConnections();
      const refused = runner.send(runner.patch(0, log));
      await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await end();
      expect((await runner.send(runner.patch(round * 6, log))).status).toBe(202);
    }
    expect(runner.server.violations()).toEqual([]);
  });

  it('can be closed while it is away, and while requests are held', async () => {
    const runner = await startRawRunner();
    await runner.take();
    const held = runner.server.faults.add({}, { kind: 'hold' });
    const waiting = runner.send(runner.patch(0, log)).catch(() => 'cut');
    while (held.hits() === 0) await setImmediate();
    await runner.server.faults.refuseConnections();
    expect(await waiting).toBe('cut');
    await runner.server.close();
  });

  it('misbehaves only for the job that was named', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.faults.add({ job: 2 }, { kind: 'answer', status: 500 });
    expect((await runner.send(runner.patch(0, log))).status).toBe(202);
  });
});

describe('somebody who cancels', () => {
  it('gracefully is heard, and the job is canceled when the runner has reported', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.cancel(1, 'gracefully');
    const patched = await runner.send(runner.patch(0, log));
    expect(patched.headers['job-status']).toBe('canceling');
    const result = { state: 'failed', failure_reason: 'job_canceled', exit_code: 1 };
    await runner.send(runner.final(log, result));
    expect(runner.server.jobs()[0]).toMatchObject({ state: 'canceled', exitCode: 1 });
    expect(runner.server.violations()).toEqual([]);
  });

  it('at once takes the job from its runner', async () => {
    const runner = await startRawRunner();
    await runner.take();
    runner.server.cancel(1, 'at-once');
    const patched = await runner.send(runner.patch(0, log));
    expect(patched.status).toBe(403);
    expect(patched.headers['job-status']).toBe('canceled');
  });
});

it('gives a job again that was never confirmed', async () => {
  const runner = await startRawRunner();
  runner.server.addJob(jobPayload());
  await runner.send(runner.request());
  runner.server.requeue(1);
  expect((await runner.send(runner.request())).status).toBe(201);
  await runner.send(runner.update({ state: 'running', output: {} }));
  expect(() => runner.server.requeue(1)).toThrow('job 1 is running');
});

it('gives a job to the runner it is meant for', async () => {
  const runners = [{ token: 'glrt-one' }, { token: 'glrt-two' }];
  const runner = await startRawRunner({ runners });
  runner.server.addJob(jobPayload(), { runner: 'glrt-two' });
  expect((await runner.send(runner.request())).status).toBe(204);
  const other = withHeaders(withBody(runner.request(), { token: 'glrt-two' }), {
    'runner-token': 'glrt-two',
  });
  expect((await runner.send(other)).status).toBe(201);
});

it('says what it does not have', async () => {
  const { server } = await startRawRunner({ traces: 'digest' });
  expect(() => server.stateOf(5)).toThrow('there is no job 5');
  expect(() => server.repository('a/b')).toThrow('there is no repository a/b');
  server.addJob(jobPayload());
  expect(() => server.traceOf(1)).toThrow('keeps no bytes');
  expect(() => server.addJob(jobPayload())).toThrow('there is a job 1 already');
  expect(() => server.addJob({ id: 3 })).toThrow('needs an id and a token');
});
