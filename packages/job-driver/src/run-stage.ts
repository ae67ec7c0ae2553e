import { deferred } from '@millrace/async';
import { RunnerError, type Clock, type Random } from '@millrace/core';
import type { Connection } from './connection.ts';
import type { ExitRecord } from './control-line.ts';
import type { ResumePoint, StageRequest } from './driver-session.ts';
import { stageTimeout } from './errors.ts';
import type { LogRouter } from './log-router.ts';
import { runRequest } from './request.ts';
import type { StageBoard, StageEntry } from './stage-board.ts';

/** The session a stage runs in. */
export interface StageRunContext {
  readonly board: StageBoard;
  readonly router: LogRouter;
  readonly clock: Clock;
  readonly random: Random;
  readonly resume?: ResumePoint;
  readonly connection: () => Connection | undefined;
}

/** What a stopped stage may take beyond its grace period before we stop waiting for it. */
const stopMarginMs = 15_000;

/** See `DriverSession.runStage`. */
export async function runStageOn(
  context: StageRunContext,
  request: StageRequest,
): Promise<ExitRecord> {
  const { board, router, clock } = context;
  const { signal, name, attempt } = request;
  const entry = stageEntry(context, request);
  // One that an earlier process has started is stopped; one that has not begun does not begin.
  if (!board.hasBegun(entry.nonce)) signal.throwIfAborted();
  const timers: (() => void)[] = [];
  let stopped: { readonly reason: unknown } | undefined;

  const stop = (reason: unknown): void => {
    if (stopped !== undefined || board.hasExited(entry.nonce)) return;
    stopped = { reason };
    board.stop(name, attempt, request.stopGraceMs, context.connection());
    timers.push(
      clock.after(request.stopGraceMs + stopMarginMs, () => entry.outcome.reject(reason)),
    );
  };
  const onAbort = (): void => stop(signal.reason);
  board.add(entry);
  // What comes behind the stage's end belongs to the next one.
  const detach = router.attach(request.onOutput, entry.outcome.reject, () =>
    board.logEndOf(entry.nonce),
  );
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  if (request.timeout !== undefined) {
    const { timeout } = request;
    timers.push(clock.after(timeout, () => stop(stageTimeout(name, timeout))));
  }
  if (!board.hasExited(entry.nonce))
    void context
      .connection()
      ?.send([entry.run])
      .catch(() => undefined);
  try {
    const outcome = await entry.outcome.promise;
    signal.throwIfAborted();
    if (stopped !== undefined) throw stopped.reason;
    if (outcome === 'stopped') throw signal.reason ?? stoppedBeforeStart(name);
    return outcome;
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const cancel of timers) cancel();
    detach();
    board.remove(entry.nonce);
  }
}

function stageEntry({ random, resume }: StageRunContext, request: StageRequest): StageEntry {
  const { name, attempt, container } = request;
  if (name === '' || name.startsWith('.') || /[/\n\0]/u.test(name) || name.length > 200)
    throw new RunnerError(`stage name ${JSON.stringify(name)} cannot be a file's name in the pod`, {
      code: 'MILLRACE_E_NAME_INVALID',
      kind: 'user',
      blame: name,
      hint: 'Use at most 200 characters, no slash, no line break, no leading dot.',
    });
  const recorded = resume?.openStages?.find(
    (stage) => stage.name === name && stage.attempt === attempt,
  );
  const nonce = request.nonce ?? recorded?.nonce ?? random.name(16);
  const script =
    typeof request.script === 'string' ? new TextEncoder().encode(request.script) : request.script;
  return {
    nonce,
    name,
    attempt,
    container,
    run: runRequest({ nonce, role: container, attempt, stage: name, script }),
    stop: { request: undefined },
    onStarted: request.onStarted,
    outcome: deferred(),
  };
}

const stoppedBeforeStart = (name: string): RunnerError =>
  new RunnerError(`stage ${name} was stopped before it began`, {
    code: 'MILLRACE_E_STAGE_STOPPED',
    kind: 'canceled',
    blame: name,
  });
