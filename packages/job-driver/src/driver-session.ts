import type { OpenStage } from './stage-board.ts';
import type { LogSink } from './log-router.ts';
import type { ExitRecord } from './control-line.ts';
import type { PackedFiles } from './transfers.ts';

/** One stage to run. */
export interface StageRequest {
  /** Also the name of the script's file in the scripts directory: no slash, no line break, no leading dot. */
  readonly name: string;
  /** Counts from 1. The pod starts a (name, attempt) once, whatever happens here. */
  readonly attempt: number;
  /** Role of the container to run it in, as its `driverCommand` has it. */
  readonly container: string;
  readonly script: string | Uint8Array;
  /** Stops the stage; {@link DriverSession.runStage} then rejects with the signal's reason once it has ended. */
  readonly signal: AbortSignal;
  /** The job log's bytes, in order; a promise holds back the next ones. */
  readonly onOutput: LogSink;
  /** From TERM to KILL. */
  readonly stopGraceMs: number;
  /** Milliseconds after which the stage is stopped and `MILLRACE_E_STAGE_TIMEOUT` thrown. */
  readonly timeout?: number;
  /** Known to whoever wants to ask again after a crash; `[a-z0-9]+`. Random if absent. */
  readonly nonce?: string;
  /** Told when the stage has begun, or had: seconds since the epoch by the container's clock, 0 without one. */
  readonly onStarted?: (seconds: number) => void;
}

/** What a new process needs to go on with a session. */
export interface SessionPosition {
  readonly epoch: number;
  /** Log bytes that `onOutput` has finished with. */
  readonly offset: number;
  /** Running stages: call {@link DriverSession.runStage} for them again, they are not started twice. */
  readonly openStages: readonly OpenStage[];
}

/** Where a new process takes a session up. */
export interface ResumePoint {
  /** Log bytes that are not wanted again. */
  readonly offset: number;
  /** As far as it is known; the pod knows the newest one. */
  readonly epoch?: number;
  /** Stages whose nonces are to be found again; not needed for those called with their nonce. */
  readonly openStages?: readonly OpenStage[];
}

/** The runner's end of a job's session. */
export interface DriverSession {
  /**
   * Starts the stage, or finds it running or ended, and resolves when its exit record and all its output are here.
   * One at a time: output belongs to the stage that runs. A signal that has aborted stops a stage that runs already.
   * @throws RunnerError `MILLRACE_E_RESULT_UNKNOWN` when nobody can say how it ended, `MILLRACE_E_STAGE_TAKEN` when
   * the attempt was used under another nonce, `MILLRACE_E_STAGE_TIMEOUT`, the error of
   * `containerGone`, or what ended the session
   */
  readonly runStage: (request: StageRequest) => Promise<ExitRecord>;
  /** Whether a stage was started and has not ended, as far as the pod has told; a resumed session knows it at once. */
  readonly isRunning: (nonce: string) => boolean;
  /** Delivers log bytes up to `end`, for output of a stage whose result is known already. Not while a stage runs. */
  readonly catchUp: (
    end: number,
    onOutput: LogSink,
    options: { readonly signal: AbortSignal },
  ) => Promise<void>;
  /** Ends a running stage; its `runStage` resolves with how it ended. Does nothing when it does not run. */
  readonly stop: (
    stage: { readonly name: string; readonly attempt: number },
    graceMs: number,
  ) => void;
  /**
   * Unpacks a tar in the helper container. `open` is called again when a connection was lost on the way.
   * @throws RunnerError `MILLRACE_E_POD_REQUEST` with the pod's own words
   */
  readonly unpack: (
    open: () => AsyncIterable<Uint8Array>,
    directory: string,
    options: { readonly signal: AbortSignal; readonly onProgress?: (bytes: number) => void },
  ) => Promise<void>;
  /**
   * A tar of what the patterns match below `directory`, seen from the helper container; a lost connection is made up
   * for. Patterns are the shell's, with `**` for any number of directories. Not while a stage runs.
   * @throws RunnerError `MILLRACE_E_POD_REQUEST` with the pod's own words
   */
  readonly pack: (
    directory: string,
    patterns: readonly string[],
    options: { readonly signal: AbortSignal },
  ) => Promise<PackedFiles>;
  readonly position: () => SessionPosition;
  /** Lets go of the pod without stopping anything; waiting calls reject with `MILLRACE_E_SESSION_CLOSED`. */
  readonly close: () => Promise<void>;
}
