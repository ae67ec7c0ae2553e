import type { ContainerSpec } from '../../contracts.ts';

/** One thing a scripted container does, `after` milliseconds after the step before it (the first: after its start). */
export type ProgramStep =
  | { readonly after: number; readonly log: string; readonly stream?: 'stdout' | 'stderr' }
  | {
      readonly after: number;
      readonly exit: number;
      readonly message?: string;
      readonly oomKilled?: boolean;
    };

/** What an exec handler gets of the command's streams. */
export interface ExecIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Resolves, when it returns a promise, once the reader has room. */
  readonly stdout: (data: string | Uint8Array) => Promise<void> | undefined;
  readonly stderr: (data: string | Uint8Array) => Promise<void> | undefined;
  /** Aborts when the command is killed or its container ends. */
  readonly signal: AbortSignal;
  readonly spec: ContainerSpec;
}

/** Plays a command; returns its exit code. */
export type ExecHandler = (command: readonly string[], io: ExecIo) => number | Promise<number>;

/** Everything a scripted container does in one life. Without steps that exit it runs until it is told to end. */
export interface ContainerProgram {
  /** Milliseconds from the request to start to the start. */
  readonly startDelay?: number;
  /** The start never comes: the container stays as it is. */
  readonly neverStarts?: boolean;
  readonly startError?: {
    readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError';
    readonly message: string;
  };
  readonly steps?: readonly ProgramStep[];
  /** Reaction to SIGTERM: an end after some time (code 143 at once by default), or none. */
  readonly onTerminate?: 'ignore' | { readonly after: number; readonly exit: number };
  /** Plays commands; by default every command ends with 0 and says nothing. */
  readonly exec?: ExecHandler;
}

/** What happens when an image is asked for. */
export interface ImageProgram {
  /** Milliseconds a pull takes. */
  readonly pullDelay?: number;
  /** Fails every pull, or the first `times` of them. */
  readonly pullError?: {
    readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'ErrImageNeverPull' | 'InvalidImageName';
    readonly message: string;
    readonly times?: number;
  };
}
