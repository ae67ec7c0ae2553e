import { systemRandom } from '@millrace/async';
import {
  RunnerError,
  type RecordedUnit,
  type SessionWork,
  type Stage,
  type StageAction,
} from '@millrace/core';
import { connectDriver, type DriverSession } from '@millrace/job-driver';
import type { FollowedPod } from './judge-pod.ts';
import type { UnitPorts } from './unit-ports.ts';

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
  /** How far the log has come; empty while there was no session. */
  readonly position: () => Partial<Pick<RecordedUnit, 'epoch' | 'offset'>>;
  readonly close: () => Promise<void>;
}

/** Opens the session lazily: with the first stage. Its loss is an ordinary event, handled below. */
export function openDriver(
  ports: UnitPorts,
  { unit, podName }: FollowedPod,
  work: SessionWork,
  podFailure: Promise<RunnerError>,
): StageDriver {
  const { namespace } = ports.plan.job;
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
      signal: closing.signal,
    });
    opened = await session;
    return opened;
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
        onOutput: (bytes) => ports.emit({ type: 'output', unit, stage, bytes }),
        stopGraceMs: ports.limits.stageGrace,
      });
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
    position: () => {
      if (opened === undefined) return {};
      const { epoch, offset } = opened.position();
      return { epoch, offset };
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
