import { expect } from 'vitest';
import type { JobKey } from '../client/job-calls.ts';
import type { ServerRequest } from '../trace/pace.ts';
import { readTraceState, type TraceState } from '../trace/trace-state.ts';
import {
  createTraceUploader,
  type TraceUploader,
  type TraceUploaderOptions,
} from '../trace/trace-uploader.ts';
import { createGrowingLog, type GrowingLog } from './growing-log.test.helper.ts';
import { recordingLogger } from './recording-logger.test.helper.ts';
import { unlimited, type RunnerUnderTest } from './runner.test.helper.ts';

/** An upload of one job, as it goes through processes that come and go. */
export interface UploadUnderTest {
  readonly job: JobKey;
  readonly log: GrowingLog;
  readonly uploader: TraceUploader;
  /** Of `follow`, which runs already. */
  readonly followed: Promise<void>;
  /** What the server asked for. */
  readonly asked: ServerRequest[];
  readonly states: TraceState[];
  /** What the state would be read back as by another process. */
  readonly saved: () => TraceState;
  /** Kills the process: whatever is on its way is cut. */
  readonly kill: () => Promise<void>;
}

/** Starts following the log of a job. */
export function startUpload(
  runner: RunnerUnderTest,
  job: JobKey,
  options: Partial<TraceUploaderOptions> & { readonly log?: GrowingLog } = {},
): UploadUnderTest {
  const { log = createGrowingLog(), ...more } = options;
  const asked: ServerRequest[] = [];
  const states: TraceState[] = [];
  const process = new AbortController();
  const uploader = createTraceUploader({
    client: runner.client,
    job,
    source: log,
    strategy: 'ranged',
    clock: runner.clock,
    logger: recordingLogger(runner.logged),
    onState: (state) => Promise.resolve(void states.push(state)),
    onServerRequest: (request) => void asked.push(request),
    ...more,
  });
  const followed = uploader.follow({ signal: process.signal });
  followed.catch(() => undefined);
  return {
    job,
    log,
    uploader,
    followed,
    asked,
    states,
    saved: () => readTraceState(JSON.parse(JSON.stringify(states.at(-1) ?? null))),
    kill: async () => {
      process.abort(new Error('killed'));
      await expect(followed).rejects.toThrow('killed');
    },
  };
}

/** Ends a job as a success and checks that the server has all of its log. */
export async function expectDelivered(
  runner: RunnerUnderTest,
  { uploader, log, job }: UploadUnderTest,
): Promise<void> {
  const finished = uploader.finish({ state: 'success' }, unlimited());
  expect(await runner.untilDone(finished, 10_000)).toEqual({ kind: 'acknowledged' });
  expect(runner.server.stateOf(job.id)).toBe('success');
  expect(runner.server.traceOf(job.id).equals(log.bytes())).toBe(true);
}
