import { deferred, type Deferred } from '@millrace/async';
import { liveOnce, type LiveContainer } from './container-life.ts';
import { createCrashBackoff, goDuration } from './crash-backoff.ts';
import type { Grace } from './grace.ts';
import { podLabel, type PodContext } from './pod-context.ts';
import type { Container } from './pod-types.ts';

/** What a container is in its pod; decides whether it is started again. */
export type ContainerRole = 'init' | 'sidecar' | 'main';

/** A container over all its lives. */
export interface ContainerRun {
  readonly container: Container;
  /** Resolves with the last exit code, or undefined when it was stopped before it had one. */
  readonly done: Promise<number | undefined>;
  /** Resolves when it has started for the first time, or never will. */
  readonly started: Promise<void>;
  readonly live: () => LiveContainer | undefined;
  /** Starts it no more and lets it end. */
  readonly stop: (grace: Grace) => Promise<void>;
}

function startsAgain(context: PodContext, role: ContainerRole, exitCode: number): boolean {
  const policy = context.pod().spec.restartPolicy ?? 'Always';
  if (role === 'sidecar') return true;
  if (role === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Starts a container and keeps it as its pod's restart policy wants. */
export function runContainer(
  context: PodContext,
  container: Container,
  role: ContainerRole,
): ContainerRun {
  const { parts, book, events } = context;
  const { name } = container;
  const stopping = new AbortController();
  const started: Deferred<void> = deferred();
  const backoff = createCrashBackoff();
  let live: LiveContainer | undefined;
  let ending: Grace | undefined;
  const setLive = (current: LiveContainer | undefined): void => {
    live = current;
    // It came up in the very moment in which it was told to end.
    if (ending !== undefined) void current?.stop(ending);
  };

  const pause = async (ran: number): Promise<void> => {
    const wait = backoff.next(ran);
    if (wait === 0) return;
    const { state } = book.record(name);
    const message = `back-off ${goDuration(wait)} restarting failed container=${name} pod=${podLabel(context.pod())}`;
    book.change(name, {
      state: { waiting: { reason: 'CrashLoopBackOff', message } },
      lastState: state,
    });
    events.say(
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${name} in pod ${podLabel(context.pod())}`,
      name,
    );
    await parts.clock.sleep(wait, { signal: stopping.signal });
  };
  const lives = async (): Promise<number | undefined> => {
    let exitCode: number | undefined;
    try {
      for (let life = 0; ; life += 1) {
        const began = parts.clock.monotonic();
        exitCode = await liveOnce(context, container, {
          life,
          live: setLive,
          started: () => started.resolve(),
          signal: stopping.signal,
        });
        if (stopping.signal.aborted || !startsAgain(context, role, exitCode)) return exitCode;
        await pause(parts.clock.monotonic() - began);
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
      return exitCode;
    } finally {
      started.resolve();
    }
  };
  const done = lives();
  done.catch((error: unknown) =>
    parts.logger.error('container given up', {
      container: name,
      pod: podLabel(context.pod()),
      error,
    }),
  );
  return {
    container,
    done,
    started: started.promise,
    live: () => live,
    stop: async (grace) => {
      ending = grace;
      stopping.abort(new Error(`container ${name} is being stopped`));
      const current = live;
      if (current !== undefined) {
        events.say('Normal', 'Killing', `Stopping container ${name}`, name);
        await current.stop(grace);
      }
      await done.catch(() => undefined);
    },
  };
}
