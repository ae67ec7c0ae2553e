import { deferred, systemRandom } from '@millrace/async';
import {
  toRunnerError,
  type RunnerError,
  type SessionWork,
  type Stage,
  type StageAction,
} from '@millrace/core';
import { connectDriver, type DriverSession } from '@millrace/job-driver';
import type { UnitPorts } from './unit-ports.ts';
import type { FollowedPod } from './wait-for-pod.ts';

/** Work in the containers of one pod, through one session. */
export interface StageDriver {
  /** Runs a script and resolves with the exit code of its record; output goes out as `output` events. */
  readonly runScript: (
    stage: Stage,
    script: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<number>;
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
  { unit, podName }: FollowedPod,
  work: SessionWork,
  gone: Promise<never>,
): StageDriver {
  const { namespace } = ports.plan.job;
  const closing = new AbortController();
  const containerGone = deferred<RunnerError>();
  gone.catch((failure: unknown) => containerGone.resolve(toRunnerError(failure)));
  let session: Promise<DriverSession> | undefined;
  const connected = (): Promise<DriverSession> => {
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
      containerGone: containerGone.promise,
      signal: closing.signal,
    });
    return session;
  };
  const say = (text: string, stage: Stage): Promise<void> =>
    ports.emit({ type: 'output', unit, stage, bytes: new TextEncoder().encode(text) });
  return {
    runScript: async (stage, script, { signal }) => {
      const driver = await connected();
      const record = await driver.runStage({
        name: stage.name,
        attempt: 1,
        container: roleOf(work, stage.container),
        script,
        signal,
        onOutput: async (bytes, offset) => {
          await ports.emit({ type: 'output', unit, stage, bytes });
          void offset;
        },
        stopGraceMs: ports.limits.stageGrace,
      });
      const { epoch, offset } = driver.position();
      await ports.ledger.updateUnit(unit.id, (state) => ({ ...state, epoch, offset }), { signal });
      return record.exitCode;
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
      if (session === undefined) return;
      const opened = await session.catch(() => undefined);
      await opened?.close();
      closing.abort();
    },
  };
}

/** The name under which a container's driver answers. */
export const roleOf = (work: SessionWork, container: string): string =>
  container === work.sessionContainer ? 'helper' : container;
