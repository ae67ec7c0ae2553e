import { setImmediate } from 'node:timers/promises';
import { jobPayload } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { judgeConfirmation } from '../answers/judge-job-update.ts';
import { startRunner, unlimited } from '../testing/runner.test.helper.ts';

describe('a job request', () => {
  it('gets the whole payload of a job', async () => {
    const { client, server, logged } = await startRunner();
    const payload = jobPayload({ id: 42 });
    server.addJob(payload);
    const outcome = await client.requestJob(unlimited());
    expect(outcome).toMatchObject({ kind: 'job', healthy: true, job: { id: 42, payload } });
    expect(server.stateOf(42)).toBe('assigned');
    expect(logged.join('\n')).toMatch(/info Checking for jobs\.\.\. received \{"job":42/);
  });

  it('gets nothing where there is nothing', async () => {
    const { client } = await startRunner();
    expect((await client.requestJob(unlimited())).kind).toBe('none');
  });

  it('says when the token is not accepted', async () => {
    const { client } = await startRunner({
      client: { token: 'glrt-wrong' },
      breaches: ['request job: wrong token'],
    });
    expect(await client.requestJob(unlimited())).toMatchObject({
      kind: 'forbidden',
      healthy: false,
    });
  });

  it.each([
    [401, 'failed'],
    [404, 'failed'],
    [409, 'conflict'],
    [422, 'failed'],
    [501, 'failed'],
  ] as const)('does not repeat a %i, and says %s', async (status, kind) => {
    const { client, server } = await startRunner();
    const fault = server.faults.add({ call: 'request' }, { kind: 'answer', status });
    expect(await client.requestJob(unlimited())).toMatchObject({
      kind,
      healthy: true,
      reply: { retried: false },
    });
    expect(fault.hits()).toBe(1);
  });

  it.each([
    [429, 'rate_limited'],
    [500, 'failed'],
    [502, 'failed'],
    [503, 'unavailable'],
  ] as const)('sends up to five times after a %i, and says %s', async (status, kind) => {
    const { client, server, untilDone } = await startRunner();
    const fault = server.faults.add({ call: 'request' }, { kind: 'answer', status });
    expect(await untilDone(client.requestJob(unlimited()))).toMatchObject({
      kind,
      healthy: true,
      reply: { retried: true },
    });
    expect(fault.hits()).toBe(5);
  });

  it('gets the job after a fault that passes', async () => {
    const { client, server, untilDone } = await startRunner();
    server.addJob(jobPayload());
    server.faults.add({ call: 'request' }, { kind: 'answer', status: 503 }, { times: 4 });
    const outcome = await untilDone(client.requestJob(unlimited()));
    expect(outcome).toMatchObject({ kind: 'job', reply: { retried: true } });
  });

  it('waits for as long as the server asks', async () => {
    const { client, server, clock, untilDone } = await startRunner();
    const headers = { 'retry-after': '40' };
    server.faults.add({ call: 'request' }, { kind: 'answer', status: 429, headers }, { times: 1 });
    const began = clock.monotonic();
    await untilDone(client.requestJob(unlimited()));
    expect(clock.monotonic() - began).toBe(40_000);
  });

  it('fails on an answer that is no job, and goes on', async () => {
    const { client, server } = await startRunner();
    server.faults.add({ call: 'request' }, { kind: 'answer', status: 201 }, { times: 1 });
    const outcome = await client.requestJob(unlimited());
    expect(outcome).toMatchObject({
      kind: 'failed',
      reply: { status: -1, error: { code: 'MILLRACE_E_GITLAB_BAD_ANSWER' } },
    });
    expect((await client.requestJob(unlimited())).kind).toBe('none');
  });

  it('fails while the server is away, and gets the job afterwards', async () => {
    const { client, server, clock, outage, untilDone } = await startRunner();
    server.addJob(jobPayload());
    await outage(60_000);
    const poll = async (): Promise<readonly string[]> => {
      const kinds: string[] = [];
      for (;;) {
        const { kind } = await client.requestJob(unlimited());
        kinds.push(kind);
        if (kind === 'job') return kinds;
        await clock.sleep(3_000);
      }
    };
    const kinds = await untilDone(poll());
    expect(new Set(kinds)).toEqual(new Set(['failed', 'job']));
    expect(server.stateOf(1)).toBe('assigned');
  });

  it('says whom a job was given to when the answer got lost: to nobody', async () => {
    const { client, server } = await startRunner();
    server.addJob(jobPayload());
    server.faults.add({ call: 'request' }, { kind: 'lose-answer' }, { times: 1 });
    expect((await client.requestJob(unlimited())).kind).toBe('failed');
    // Never confirmed, so the server gives it again.
    server.requeue(1);
    expect((await client.requestJob(unlimited())).kind).toBe('job');
  });
});

describe('a long poll', () => {
  const server = { longPollSeconds: 50 };

  it('ends with the job that comes meanwhile', async () => {
    const { client, server: gitlab } = await startRunner({ server });
    // The first answer tells the news that the next request waits behind.
    await client.requestJob(unlimited());
    const waiting = client.requestJob(unlimited());
    while (gitlab.heldPolls() === 0) await setImmediate();
    gitlab.addJob(jobPayload());
    expect((await waiting).kind).toBe('job');
  });

  it('ends without a job when the server says so', async () => {
    const { client, server: gitlab, clock } = await startRunner({ server });
    await client.requestJob(unlimited());
    const waiting = client.requestJob(unlimited());
    while (gitlab.heldPolls() === 0) await setImmediate();
    await clock.advance(50_000);
    expect((await waiting).kind).toBe('none');
  });

  it('is given up when the runner stops, and takes no job with it', async () => {
    const { client, server: gitlab } = await startRunner({ server });
    await client.requestJob(unlimited());
    const stopping = new AbortController();
    const waiting = client.requestJob({ signal: stopping.signal });
    while (gitlab.heldPolls() === 0) await setImmediate();
    const reason = new Error('the runner stops');
    stopping.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    while (gitlab.heldPolls() > 0) await setImmediate();
    gitlab.addJob(jobPayload());
    expect((await client.requestJob(unlimited())).kind).toBe('job');
  });

  it('is not waited for longer than ten minutes', async () => {
    const { client, server: gitlab, clock } = await startRunner();
    const fault = gitlab.faults.add({ call: 'request' }, { kind: 'hold' });
    const waiting = client.requestJob(unlimited());
    while (fault.hits() === 0) await setImmediate();
    await clock.advance(599_000);
    await clock.advance(2_000);
    expect(await waiting).toMatchObject({
      kind: 'failed',
      healthy: true,
      reply: { error: { code: 'MILLRACE_E_GITLAB_TIMEOUT' } },
    });
  });
});

describe('taking a job', () => {
  it('is told to the server', async () => {
    const { takeJob, server } = await startRunner();
    await takeJob({ id: 3 });
    expect(server.stateOf(3)).toBe('running');
  });

  it.each([
    ['at-once', 'drop'],
    ['gracefully', 'cancel'],
  ] as const)('of which somebody ended the job %s means %s', async (how, decision) => {
    const { client, server } = await startRunner();
    const { id, token } = server.addJob(jobPayload());
    await client.requestJob(unlimited());
    server.cancel(id, how);
    const outcome = await client.updateJob({ id, token }, { state: 'running' }, unlimited());
    expect(judgeConfirmation(outcome)).toBe(decision);
  });

  it('goes on when the server is away at that moment', async () => {
    const { client, server, outage } = await startRunner();
    const { id, token } = server.addJob(jobPayload());
    await client.requestJob(unlimited());
    await outage(60_000);
    const outcome = await client.updateJob({ id, token }, { state: 'running' }, unlimited());
    expect(outcome.kind).toBe('failed');
    expect(judgeConfirmation(outcome)).toBe('run');
  });
});

describe('the log of the program', () => {
  it('has the words of GitLab Runner for updates and pieces', async () => {
    const { client, takeJob, logged, server } = await startRunner({
      server: { updateInterval: 30 },
    });
    const job = await takeJob();
    await client.patchTrace(job, { offset: 0, bytes: Buffer.from('hello\n') }, unlimited());
    const interval = { 'x-gitlab-trace-update-interval': 'soon' };
    server.faults.add({ call: 'patch' }, { kind: 'answer', status: 409, headers: interval });
    await client.patchTrace(job, { offset: 6, bytes: Buffer.from('more\n') }, unlimited());
    const text = logged.join('\n');
    expect(text).toMatch(
      /info Submitting job to coordinator\.\.\.ok \{"job":1,"checksum":"","bytesize":0,"code":200,"job-status":"running","update-interval":"30s"/,
    );
    expect(text).toMatch(/debug Appending trace to coordinator\.\.\.ok \{"job":1,"sent-log":"0-5"/);
    expect(text).toMatch(/warn Appending trace to coordinator\.\.\.failed .*"code":409/);
    expect(text).toMatch(/warn .*Trace-Update-Interval.*"header-value":"soon"/);
  });

  it('never shows a token that a server repeats', async () => {
    const { client, takeJob, logged, server } = await startRunner();
    const job = await takeJob();
    const message = `the token ${job.token} is odd`;
    server.faults.add({ call: 'touch' }, { kind: 'answer', status: 400, message });
    const output = { checksum: 'crc32:00000000', bytesize: 0 };
    const outcome = await client.updateJob(job, { state: 'running', output }, unlimited());
    expect(outcome.reply.text).toContain('the token [MASKED] is odd');
    expect(JSON.stringify([outcome, logged])).not.toContain(job.token);
  });
});

describe('metrics', () => {
  it('count calls under the names of GitLab Runner', async () => {
    const counted: unknown[] = [];
    const { client, server, untilDone } = await startRunner({
      client: {
        metrics: {
          count: (...what) => void counted.push(what),
          observe: (name, _value, labels) => void counted.push([name, labels]),
        },
      },
    });
    server.faults.add({ call: 'request' }, { kind: 'answer', status: 503 }, { times: 1 });
    await untilDone(client.requestJob(unlimited()));
    const call = { endpoint: 'request_job', method: 'post' };
    expect(counted).toEqual([
      ['gitlab_runner_api_request_statuses_total', { ...call, status: '204' }],
      ['gitlab_runner_api_request_duration_seconds', { ...call, status_class: '2xx' }],
      [
        'gitlab_runner_api_request_retries_total',
        { path: '/api/v4/jobs/request', method: 'POST' },
        2,
      ],
    ]);
  });
});
