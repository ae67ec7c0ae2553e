import { systemRandom } from '@millrace/async';
import {
  RunnerError,
  takenOffset,
  type SessionWork,
  type Stage,
  type StageAction,
} from '@millrace/core';
import { connectDriver, type DriverSession, type ExitRecord } from '@millrace/job-driver';
import type { FollowedPod } from './judge-pod.ts';
import { stageNonce } from './stage-nonce.ts';
import type { UnitPorts } from './unit-ports.ts';

/** How a script ended, as the pod has written it down. */
export type ScriptRecord = ExitRecord;

/** What a script is run with. */
export interface ScriptOptions {
  readonly signal: AbortSignal;
  /** See `StageRequest.onStarted`. */
  readonly onStarted: (seconds: number) => void;
}

/** Work in the containers of one pod, through one session. */
export interface StageDriver {
  /**
   * Runs a script, or finds it running or ended, and resolves with its record; output goes out as `output` events.
   */
  readonly runScript: (
    stage: Stage,
    script: string,
    options: ScriptOptions,
  ) => Promise<ScriptRecord>;
  /** Whether another process has started the stage and it runs still. */
  readonly isRunning: (stage: Stage) => Promise<boolean>;
  /** Tells the rest of the output of a stage that has ended at that byte of the log. */
  readonly catchUp: (
    stage: Stage,
    logEnd: number,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  readonly receive: (
    stage: Stage,
    tar: () => AsyncIterable<Uint8Array>,
    directory: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  readonly send: (
    stage: Stage,
    action: StageAction & { readonly do: 'send' },
    take: (tar: AsyncIterable<Uint8Array>) => Promise<void>,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the session lazily: with the first stage. Its loss is an ordinary event, handled below. */
export function openDriver(
  ports: UnitPorts,
  { unit, podName, attempt }: FollowedPod,
  work: SessionWork,
  podFailure: Promise<RunnerError>,
): StageDriver {
  const { namespace } = ports.plan.job;
  const { seed } = ports.ledger.record;
  const from = ports.adopted === undefined ? 0 : takenOffset(ports.adopted, unit.id, attempt);
  const nonceOf = ({ name }: Stage): string => stageNonce(seed, { unit: unit.id, attempt, name });
  const closing = new AbortController();
  let session: Promise<DriverSession> | undefined;
  let opened: DriverSession | undefined;
  const connected = async (): Promise<DriverSession> => {
    session ??= connectDriver({
      openExec: (command, signal) =>
        ports.api.exec(
          { namespace, pod: podName, container: work.sessionContainer, command, stdin: true },
          { signal },
        ),
      clock: ports.clock,
      random: systemRandom(),
      scriptsDirectory: work.scriptsDirectory,
      logsDirectory: work.logsDirectory,
      containerGone: podFailure,
      ...(ports.adopted === undefined ? {} : { resume: { offset: from } }),
      signal: closing.signal,
    });
    opened = await session;
    return opened;
  };
  const say = (text: string, stage: Stage): Promise<void> =>
    ports.emit({
      type: 'output',
      unit,
      attempt,
      stage,
      bytes: new TextEncoder().encode(text),
      offset: undefined,
    });
  const tell =
    (stage: Stage) =>
    (bytes: Uint8Array, offset: number): Promise<void> =>
      ports.emit({ type: 'output', unit, attempt, stage, bytes, offset });
  return {
    runScript: async (stage, script, { signal, onStarted }) => {
      const driver = await connected();
      return driver.runStage({
        name: stage.name,
        attempt: 1,
        container: roleOf(work, stage.container),
        script,
        signal,
        onOutput: tell(stage),
        stopGraceMs: ports.limits.stageGrace,
        nonce: nonceOf(stage),
        onStarted,
      });
    },
    isRunning: async (stage) => {
      const driver = await connected();
      return driver.isRunning(nonceOf(stage));
    },
    catchUp: async (stage, logEnd, { signal }) => {
      if (logEnd <= (opened?.position().offset ?? from)) return;
      const driver = await connected();
      await driver.catchUp(logEnd, tell(stage), { signal });
    },
    receive: async (_stage, tar, directory, { signal }) => {
      const driver = await connected();
      await driver.unpack(tar, directory, { signal });
    },
    send: async (stage, { directory, paths, exclude }, take, { signal }) => {
      const driver = await connected();
      const packed = await driver.pack(directory, paths, { signal });
      for (const pattern of packed.unmatched)
        await say(
          `WARNING: ${pattern}: no matching files. Ensure that the artifact path is relative to the working directory\n`,
          stage,
        );
      if (exclude.length > 0)
        await say('WARNING: artifacts:exclude is not applied to local artifacts\n', stage);
      await take(packed.stream);
    },
    close: async () => {
      if (opened === undefined) closing.abort(notNeeded());
      await opened?.close();
    },
  };
}

/** Ends a session that is still looking for its first connection. */
const notNeeded = (): RunnerError =>
  new RunnerError('the session is not needed any more', {
    code: 'MILLRACE_E_CANCELED',
    kind: 'canceled',
  });

/** The name under which a container's driver answers. */
export const roleOf = (work: SessionWork, container: string): string =>
  container === work.sessionContainer ? 'helper' : container;
