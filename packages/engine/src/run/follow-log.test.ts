import { createFakeClock, deferred, type Deferred, type FakeClock } from '@millrace/async';
import {
  RunnerError,
  type KubeApi,
  type LogGap,
  type LogPlace,
  type LogRequest,
  type RunEvent,
  type Taken,
  type Unit,
} from '@millrace/core';
import { expect, it } from 'vitest';
import { followLog } from './follow-log.ts';
import { defaultLimits } from './unit-ports.ts';

const { signal } = new AbortController();
const unit = {
  id: 'one',
  podName: 'one',
  work: { kind: 'container', container: 'step' },
} as unknown as Unit;
const placeAt = (lines: number): LogPlace => ({
  since: '2026-11-21T08:00:00Z',
  lines,
  newest: '2026-11-21T08:00:01Z',
});

/** What one request for the log is answered with, a piece after another. */
interface Answer {
  readonly pieces: readonly string[];
  readonly gap?: LogGap;
  /** Default: a clean end. */
  readonly end?: 'hangs' | RunnerError;
}

interface Followed {
  readonly text: () => string;
  readonly outputs: readonly (RunEvent & { readonly type: 'output' })[];
  readonly requests: readonly LogRequest[];
  readonly clock: FakeClock;
  readonly endContainer: () => void;
  readonly done: Promise<void>;
}

/** Follows a log whose requests are answered one after another; the last answer is that of all that come after. */
function follow(
  answers: readonly Answer[],
  adopted?: Taken,
  {
    onPiece = () => undefined,
    onTake = () => Promise.resolve(),
  }: {
    readonly onPiece?: (piece: string) => void;
    readonly onTake?: () => Promise<void>;
  } = {},
): Followed {
  const clock = createFakeClock();
  const requests: LogRequest[] = [];
  const outputs: (RunEvent & { readonly type: 'output' })[] = [];
  const ended: Deferred<void> = deferred();
  let lines = 0;
  const logs: KubeApi['logs'] = (request, options) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? { pieces: [] };
    requests.push(request);
    let gap: LogGap | undefined;
    return {
      place: () => placeAt(lines),
      gap: () => gap,
      [Symbol.asyncIterator]: async function* pieces() {
        gap = answer.gap;
        for (const piece of answer.pieces) {
          lines += 1;
          onPiece(piece);
          yield new TextEncoder().encode(piece);
        }
        if (answer.end === 'hangs')
          await new Promise((_resolve, reject) => {
            options.signal.addEventListener('abort', () => reject(options.signal.reason as Error));
          });
        else if (answer.end !== undefined) throw answer.end;
      },
    };
  };
  const ports = {
    api: { logs } as KubeApi,
    clock,
    adopted,
    plan: { job: { namespace: 'ci' } },
    limits: defaultLimits,
    emit: (event: RunEvent) => {
      if (event.type === 'output') outputs.push(event);
      return onTake();
    },
  };
  const subject = { unit, attempt: 1, podName: 'one', container: 'step', ended: ended.promise };
  return {
    text: () => Buffer.concat(outputs.map(({ bytes }) => bytes)).toString(),
    outputs,
    requests,
    clock,
    endContainer: ended.resolve,
    done: followLog(ports, subject, { signal }),
  };
}

const refusal = (retry: 'operation' | 'never'): RunnerError =>
  new RunnerError('the node does not answer', { code: 'MILLRACE_E_TEST', kind: 'system', retry });

it('hands pieces on with their offsets and places, in one request', async () => {
  const log = follow([{ pieces: ['a\n', 'bc\n'] }]);
  log.endContainer();
  await log.done;
  expect(log.outputs.map(({ offset, place }) => [offset, place?.lines])).toEqual([
    [0, 1],
    [2, 2],
  ]);
  expect(log.requests).toEqual([{ namespace: 'ci', pod: 'one', container: 'step', follow: true }]);
});

it('reads no piece before the one before it was taken', async () => {
  const given: string[] = [];
  const taken: Deferred<void>[] = [];
  const log = follow([{ pieces: ['a\n', 'b\n', 'c\n'] }], undefined, {
    onPiece: (piece) => void given.push(piece),
    onTake: () => {
      const next: Deferred<void> = deferred();
      taken.push(next);
      return next.promise;
    },
  });
  log.endContainer();
  for (const count of [1, 2, 3]) {
    await log.clock.advance(3_600_000);
    expect(given).toHaveLength(count);
    taken.at(-1)?.resolve();
  }
  await log.done;
  expect(log.text()).toBe('a\nb\nc\n');
});

it('believes a clean end when the container’s end is known soon after', async () => {
  const log = follow([{ pieces: ['a\n'] }]);
  await log.clock.advance(defaultLimits.logEndLag - 1);
  log.endContainer();
  await log.done;
  expect(log.requests).toHaveLength(1);
});

it('goes on behind the last line when the container runs on after the end of a stream', async () => {
  const log = follow([{ pieces: ['a\n'] }, { pieces: ['b\n'] }]);
  await log.clock.advance(defaultLimits.logEndLag);
  log.endContainer();
  await log.done;
  expect(log.text()).toBe('a\nb\n');
  expect(log.requests[1]?.after).toEqual(placeAt(1));
});

it('says between which lines some may be missing, on a line of its own', async () => {
  const gap = { after: '2026-11-21T08:00:01Z', until: '2026-11-21T08:00:09Z' };
  const log = follow([
    { pieces: ['open'], end: refusal('operation') },
    { pieces: ['b\n'], gap },
  ]);
  await log.clock.advance(defaultLimits.lookAgain);
  log.endContainer();
  await log.done;
  expect(log.text()).toBe(
    'open\nWARNING: lines written after 2026-11-21T08:00:01Z and before 2026-11-21T08:00:09Z may be missing: the kubelet has rotated the log\nb\n',
  );
  expect(log.outputs.map(({ offset }) => offset)).toEqual([0, undefined, 4]);
});

it('leaves a stream that is silent after the container’s end, and reads what is there', async () => {
  const log = follow([{ pieces: ['a\n'], end: 'hangs' }, { pieces: ['b\n'] }]);
  await log.clock.advance(60_000);
  expect(log.requests).toHaveLength(1);
  log.endContainer();
  await log.clock.advance(defaultLimits.logDrain);
  await log.done;
  expect(log.text()).toBe('a\nb\n');
  expect(log.requests[1]?.follow).toBe(false);
});

it('says so when even that does not end', async () => {
  const log = follow([
    { pieces: ['a\n'], end: 'hangs' },
    { pieces: [], end: 'hangs' },
  ]);
  log.endContainer();
  await log.clock.advance(defaultLimits.logDrain);
  await log.clock.advance(defaultLimits.logDrain);
  await log.done;
  expect(log.text()).toBe(
    'a\nWARNING: the log may be incomplete from byte 2 on: its end did not come\n',
  );
});

it('waits as long as the container runs for a node that does not answer, and a bounded time after it', async () => {
  const log = follow([{ pieces: [], end: refusal('operation') }]);
  await log.clock.advance(3_600_000);
  log.endContainer();
  await log.clock.advance(defaultLimits.logPatience + defaultLimits.lookAgain);
  await log.done;
  expect(log.text()).toBe(
    'WARNING: the log may be incomplete from byte 0 on: the log of container step could not be read: the node does not answer\n',
  );
});

it('asks once more when the container has ended for what was refused while it ran', async () => {
  const log = follow([{ pieces: [], end: refusal('never') }, { pieces: ['a\n'] }]);
  await log.clock.advance(60_000);
  expect(log.requests).toHaveLength(1);
  log.endContainer();
  await log.done;
  expect(log.text()).toBe('a\n');
});

it('goes on behind what another process has taken', async () => {
  const output = { one: { attempt: 1, offset: 7, place: placeAt(3) } };
  const log = follow([{ pieces: ['d\n'] }], { output, events: [] });
  log.endContainer();
  await log.done;
  expect(log.requests[0]?.after).toEqual(placeAt(3));
  expect(log.outputs[0]?.offset).toBe(7);
});

it('without a place passes over as many bytes as were taken, and says when there are fewer', async () => {
  const taken: Taken = { output: { one: { attempt: 1, offset: 5 } }, events: [] };
  const whole = follow([{ pieces: ['a\nb', '\ncd\n'] }], taken);
  whole.endContainer();
  await whole.done;
  expect(whole.text()).toBe('d\n');
  const rotated = follow([{ pieces: ['z\n'] }], taken);
  rotated.endContainer();
  await rotated.done;
  expect(rotated.text()).toMatch(
    /^WARNING: the log may be incomplete from byte 5 on: less is there/,
  );
});
