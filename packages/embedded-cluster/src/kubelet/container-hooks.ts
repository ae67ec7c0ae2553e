import { linkSignals } from '@millrace/async';
import type { RunningContainer } from '../contracts.ts';
import type { Grace } from './grace.ts';
import type { PodContext } from './pod-context.ts';
import type { Container, Handler } from './pod-types.ts';
import { runHandler } from './run-handler.ts';

/** A container gets this long after its `preStop` hook, however long that took. Source: the kubelet. */
const leastAfterHook = 2000;

async function tryHandler(
  context: PodContext,
  container: Container,
  running: RunningContainer,
  handler: Handler,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { ok, output } = await runHandler(
      context.parts.clock,
      container,
      running,
      handler,
      signal,
    );
    return ok ? undefined : output;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Runs the `postStart` hook, if there is one. False when it failed. */
export async function postStart(
  context: PodContext,
  container: Container,
  running: RunningContainer,
  signal: AbortSignal,
): Promise<boolean> {
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return true;
  const failure = await tryHandler(context, container, running, hook, signal);
  if (failure !== undefined && !signal.aborted)
    context.events.say(
      'Warning',
      'FailedPostStartHook',
      `PostStartHook failed: ${failure}`,
      container.name,
    );
  return failure === undefined;
}

/** Lets a container end: `preStop` hook, SIGTERM, and SIGKILL when its time is up. */
export async function stopContainer(
  context: PodContext,
  container: Container,
  running: RunningContainer,
  grace: Grace,
): Promise<void> {
  const hook = container.lifecycle?.preStop;
  let least = 0;
  if (hook !== undefined && grace.left() > 0) {
    const waiting = linkSignals();
    const failure = tryHandler(context, container, running, hook, waiting.signal);
    void failure.then((why) => {
      if (why !== undefined && !waiting.signal.aborted)
        context.events.say(
          'Warning',
          'FailedPreStopHook',
          `PreStopHook failed: ${why}`,
          container.name,
        );
    });
    await grace.until(Promise.race([failure, running.exit]));
    waiting.abort(new Error('the container ends'));
    least = leastAfterHook;
  }
  running.signal('SIGTERM');
  if (!(await grace.until(running.exit, least))) running.signal('SIGKILL');
  await running.exit;
}
