import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startAppendServer, type AppendServer } from '../testing/append-server.test.helper.ts';
import { createGrowingLog } from '../testing/growing-log.test.helper.ts';
import { startServer } from '../testing/local-servers.test.helper.ts';
import { startRunner, unlimited, type RunnerUnderTest } from '../testing/runner.test.helper.ts';
import { startUpload, type UploadUnderTest } from '../testing/upload.test.helper.ts';
import { jsonTrace } from './json-trace.ts';
import type { TraceUploaderOptions } from './trace-uploader.ts';

/** An upload to a server that appends. */
async function startAppending(
  options: Partial<TraceUploaderOptions> & {
    readonly log?: ReturnType<typeof createGrowingLog>;
  } = {},
): Promise<{
  readonly server: AppendServer;
  readonly runner: RunnerUnderTest;
  readonly upload: UploadUnderTest;
  readonly start: typeof startUpload;
}> {
  const server = await startAppendServer();
  const runner = await startRunner({ client: { url: server.url, token: 'legacy' } });
  const job = { id: 7, token: 'job-token' };
  const start: typeof startUpload = (of, key, more) =>
    startUpload(of, key, { strategy: 'append', ...more });
  return { server, runner, upload: start(runner, job, options), start };
}

const finish = ({ runner, upload }: { runner: RunnerUnderTest; upload: UploadUnderTest }) =>
  runner.untilDone(upload.uploader.finish({ state: 'success' }, unlimited()));

describe('to a server that appends, a log', () => {
  it('goes up live in whole lines, and whole with the result', async () => {
    const { server, runner, upload } = await startAppending();
    upload.log.write('one\ntwo\nthr');
    await runner.pass(4_000);
    expect(server.live()).toBe('\none\ntwo');
    upload.log.write('ee\nfour\nthe rest');
    await runner.pass(3_000);
    expect(server.live()).toBe('\none\ntwo\nthree\nfour');
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
    expect(server.kept()).toBe('one\ntwo\nthree\nfour\nthe rest');
  });

  it('keeps whatever characters it has', async () => {
    const text = '"quotes" \\ \u001B[0K colour \r\n\t é € 😀 \uFEFF end\u0000\n'.repeat(20_000);
    const { server, runner, upload } = await startAppending({ log: createGrowingLog(text) });
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
    expect(server.kept()).toBe(text);
  });

  it('may be empty', async () => {
    const { server, runner, upload } = await startAppending();
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
    expect(server.kept()).toBe('');
  });

  it('is cut between characters where a line is longer than a piece', async () => {
    const { server, runner, upload } = await startAppending({ pieceBytes: 10 });
    upload.log.write(`${'é'.repeat(7)}x\n`);
    await runner.pass(3_000);
    await runner.pass(3_000);
    expect(server.live()).toBe('\nééééé\nééx');
  });

  it('is replaced at its end by a sentence where the server would not take it', async () => {
    const log = createGrowingLog('a line\n'.repeat(50_000));
    const body = await jsonTrace(log, log.size(), 150_000, unlimited());
    const parts: Uint8Array[] = [];
    for await (const part of body.open()) parts.push(part);
    const bytes = Buffer.concat(parts);
    expect(bytes.length).toBe(body.length);
    expect(body.length).toBeLessThanOrEqual(150_000);
    const text = JSON.parse(`"${bytes.toString()}"`) as string;
    const [, missing] = /(\d+) bytes of the log are not kept/.exec(text) ?? [];
    expect(text.lastIndexOf('a line\n') + 7 + Number(missing)).toBeGreaterThanOrEqual(
      log.size() - 7,
    );
    expect(log.size() - Number(missing)).toBe(Buffer.from(text).indexOf('\n\u001B[33;1m'));
  });
});

describe('a piece to a server that appends', () => {
  it.each([
    ['503', 503, true],
    ['429', 429, true],
    ['500', 500, false],
    ['a cut connection', 'lose', false],
  ] as const)('that is answered with %s is sent again: %s', async (_how, fault, again) => {
    const { server, runner, upload } = await startAppending();
    server.faults.push(fault);
    upload.log.write('one\n');
    await runner.pass(10_000);
    const sent = server.calls.filter(({ body }) => body === 'one');
    // What got lost on the way back was appended; what was refused at the door was not.
    expect(sent).toHaveLength(fault === 'lose' || again ? 1 : 0);
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
    expect(server.kept()).toBe('one\n');
  });

  it('is not sent again by a process that does not know whether it arrived', async () => {
    const { server, runner, upload, start } = await startAppending();
    upload.log.write('one\n');
    server.faults.push('lose');
    await runner.pass(4_000);
    await upload.kill();
    const next = start(runner, upload.job, { log: upload.log, state: upload.saved() });
    next.log.write('two\n');
    await runner.pass(4_000);
    expect(server.live()).toBe('\none\ntwo');
  });
});

describe('a job on a server that appends', () => {
  it('is kept alive by empty pieces, never by a second start', async () => {
    const { server, runner } = await startAppending();
    await runner.pass(70_000);
    expect(server.calls).toEqual([
      { kind: 'patch', body: '' },
      { kind: 'patch', body: '' },
      { kind: 'patch', body: '' },
    ]);
    expect(server.live()).toBe('');
  });

  it('is stopped by its status, however the server spells it', async () => {
    const { server, runner, upload } = await startAppending();
    server.jobStatus = 'cancelled';
    await runner.untilDone(upload.followed);
    expect(upload.asked).toEqual(['abort']);
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
  });

  it('is told again through an outage', async () => {
    const { server, runner, upload } = await startAppending();
    upload.log.write('one\n');
    server.faults.push(...Array.from({ length: 60 }, () => 503));
    expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
    expect(server.kept()).toBe('one\n');
  });

  it('is given up after ten times 500, which such a server says of jobs it does not know', async () => {
    const { server, runner, upload } = await startAppending();
    server.faults.push(...Array.from({ length: 50 }, () => 500));
    expect((await finish({ runner, upload })).kind).toBe('unacknowledged');
    expect(server.faults).toEqual([]);
  });

  it('is over after a 403', async () => {
    const { server, runner, upload } = await startAppending();
    server.faults.push(403);
    expect(await finish({ runner, upload })).toEqual({ kind: 'released', why: 'refused' });
  });
});

it('holds little of a log in memory while it goes to a slow server in one piece', async () => {
  const size = 64 * 2 ** 20;
  let received = 0;
  const server = await startServer((request, response) => {
    void (async () => {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        received += chunk.length;
        await setImmediate();
      }
      response.writeHead(200).end();
    })();
  });
  const runner = await startRunner({ client: { url: server.url, token: 'legacy' } });
  const pattern = Buffer.alloc(2 ** 20, 'a line of the log that is not long\n');
  let passes = 0;
  let most = 0;
  const source = {
    size: () => size,
    read: (from: number, max: number) => {
      if (from === 0) passes += 1;
      // The first pass only measures.
      if (passes === 2) most = Math.max(most, from - received);
      return Promise.resolve(pattern.subarray(0, Math.min(max, size - from)));
    },
  };
  const upload = startUpload(runner, { id: 7, token: 't' }, { strategy: 'append', source });
  expect(await finish({ runner, upload })).toEqual({ kind: 'acknowledged' });
  expect(passes).toBe(2);
  expect(received).toBeGreaterThan(size);
  // Buffers of two sockets, and no more; they are the kernel's for the most part.
  expect(most).toBeLessThan(size / 2);
});
