import { linkSignals } from '@millrace/async';
import { toRunnerError } from '@millrace/core';
import type { ContainerSpec, RunningContainer } from '../contracts.ts';
import { postStart, stopContainer } from './container-hooks.ts';
import { containerFiles, containerSpec, hostAliasesOf } from './container-spec.ts';
import { startProbes } from './container-probes.ts';
import { createGrace, type Grace } from './grace.ts';
import { haveImage } from './have-image.ts';
import type { PodContext } from './pod-context.ts';
import { apiTime, type Container } from './pod-types.ts';
import { terminationMessage } from './termination-message.ts';
import { waitForChange } from './wait-for-change.ts';

/** How often a container that cannot be made is tried again when nothing changes. */
const retryDelay = 10_000;

/** A container while it runs. */
export interface LiveContainer {
  readonly running: RunningContainer;
  /** Lets the container end: hook, SIGTERM, SIGKILL. */
  readonly stop: (grace: Grace) => Promise<void>;
  /** Gives it the names of other pods as they are now. */
  readonly refreshHosts: () => void;
  /** Ends it as the kernel would, for fault tests. */
  readonly kill: (outOfMemory: boolean) => void;
}

/** One life of a container, from its image to its end. */
export interface LifeOptions {
  readonly life: number;
  readonly live: (container: LiveContainer | undefined) => void;
  readonly started: () => void;
  /** Aborts waiting for a start; a container that runs is ended by {@link LiveContainer.stop}. */
  readonly signal: AbortSignal;
}

/** @returns the exit code */
export async function liveOnce(
  context: PodContext,
  container: Container,
  options: LifeOptions,
): Promise<number> {
  const { book, events, parts } = context;
  const { name } = container;
  const image = await haveImage(context, container, options.signal);
  const before = book.record(name);
  const start = await startContainer(
    context,
    container,
    (life) => containerSpec(context, container, image, life),
    options,
  );
  const startedAt = apiTime(parts.clock.now());
  const containerID = start.running === undefined ? undefined : `containerd://${start.running.id}`;
  const end = (exitCode: number, reason: string, message: string | undefined): number => {
    const terminated = {
      exitCode,
      reason,
      startedAt,
      ...(message === undefined ? {} : { message }),
      finishedAt: apiTime(parts.clock.now()),
      ...(containerID === undefined ? {} : { containerID }),
    };
    book.change(name, { state: { terminated }, ready: false, started: false });
    return exitCode;
  };
  const common = {
    restartCount: options.life,
    imageID: image.id,
    containerID,
    lastState: lastState(before),
  };
  if (start.running === undefined) {
    book.change(name, common);
    return end(128, 'StartError', start.message);
  }
  const { running } = start;
  events.say('Normal', 'Created', 'Container created', name);
  book.change(name, { ...common, state: { running: { startedAt } }, ready: false, started: false });
  events.say('Normal', 'Started', 'Container started', name);
  const killing = { outOfMemory: false };
  const stop = (grace: Grace): Promise<void> => stopContainer(context, container, running, grace);
  const refreshHosts = (): void => running.changeHosts?.(hostAliasesOf(context));
  // Names may have come while it was being started.
  refreshHosts();
  options.live({
    running,
    stop,
    refreshHosts,
    kill: (oom) => {
      killing.outOfMemory = oom;
      running.signal('SIGKILL');
    },
  });
  const watching = linkSignals();
  void postStart(context, container, running, watching.signal).then((fine) => {
    if (watching.signal.aborted) return;
    const restart = (why: string, seconds: number): void => {
      events.say('Normal', 'Killing', `Container ${name} ${why}`, name);
      watching.abort(new Error(why));
      void stop(createGrace(parts.clock, seconds * 1000));
    };
    const seconds = context.pod().spec.terminationGracePeriodSeconds ?? 30;
    if (!fine) {
      restart('failed to run its postStart hook', seconds);
      return;
    }
    startProbes(
      context,
      container,
      running,
      {
        started: () => {
          book.change(name, { started: true });
          options.started();
        },
        ready: (ready) => book.change(name, { ready }),
        unhealthy: (kind, probe) =>
          restart(
            `failed ${kind} probe, will be restarted`,
            probe.terminationGracePeriodSeconds ?? seconds,
          ),
      },
      watching.signal,
    );
  });
  const exit = await running.exit;
  watching.abort(new Error('the container has ended'));
  options.live(undefined);
  const message =
    exit.message ??
    terminationMessage(
      container,
      containerFiles(context.folder, name, options.life),
      exit.exitCode,
    );
  const killed = killing.outOfMemory || exit.oomKilled === true;
  return end(
    exit.exitCode,
    killed ? 'OOMKilled' : exit.exitCode === 0 ? 'Completed' : 'Error',
    message,
  );
}

/** The state a container had when it last ended, also when it has since waited for a restart. */
function lastState({
  state,
  lastState: earlier,
}: {
  readonly state: object;
  readonly lastState: object;
}): object {
  return 'terminated' in state ? state : earlier;
}

type Start =
  | { readonly running: RunningContainer }
  | { readonly running: undefined; readonly message: string };

async function startContainer(
  context: PodContext,
  container: Container,
  spec: (life: number) => ContainerSpec,
  { life, signal }: LifeOptions,
): Promise<Start> {
  const { book, events, parts } = context;
  for (;;) {
    try {
      return { running: await parts.runtime.start(spec(life), signal) };
    } catch (error) {
      signal.throwIfAborted();
      const { reason, message } = startFailure(error);
      events.say('Warning', 'Failed', `Error: ${message}`, container.name);
      if (reason === 'RunContainerError') return { running: undefined, message };
      book.change(container.name, {
        state: { waiting: { reason, message } },
      });
      await waitForChange(
        parts.store,
        parts.clock,
        context.pod().metadata.namespace,
        retryDelay,
        signal,
      );
    }
  }
}

const startReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Whatever else goes wrong on this machine is said as a container that could not be created, and tried again. */
function startFailure(error: unknown): { readonly reason: string; readonly message: string } {
  const { reason, message } = toRunnerError(error);
  return { reason: startReasons.has(reason) ? reason : 'CreateContainerError', message };
}
