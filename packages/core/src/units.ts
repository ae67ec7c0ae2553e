import type { ContainerRole, ImageRequest, MetadataEntry, Variable } from './job.ts';

/** When something runs, given how what came before it ended. */
export type RunCondition = 'success' | 'failure' | 'always' | 'never';

/**
 * One pod of a job and its place among the others. A GitLab job is one `session` unit; a Woodpecker step is one
 * `container` unit.
 */
export interface Unit {
  /** Unique in the job; a DNS label. */
  readonly id: string;
  readonly title: string;
  /** Units that must have ended, or for background ones have started, before this one starts. */
  readonly after: readonly string[];
  readonly on: RunCondition;
  /**
   * Not awaited by those after it, only until its pod is ready; stopped as by a cancel when all others have ended, which
   * is no failure.
   */
  readonly background: boolean;
  /** Whether its failure fails the job. */
  readonly countsAsFailure: boolean;
  /** Whether it fails the job at least when its containers never ran; for units whose own failure does not count. */
  readonly mustStart?: boolean;
  /** Whether a pod that was lost may be made again, at most this many times. */
  readonly recreate:
    | { readonly when: 'never' }
    | { readonly when: 'until-user-code'; readonly limit: number };
  /** How long its pod may take until work can begin; absent: as long as the job has. */
  readonly startTimeoutSeconds?: number;
  /** Sent with the deletion of its pod; absent: as the run's limits say. */
  readonly stopGraceSeconds?: number;
  /** The pod's name; names of a unit's later attempts get a suffix. */
  readonly podName: string;
  /** Whether a refusal of its pod fails this unit when its turn comes, instead of refusing the job. */
  readonly refusedAlone?: boolean;
  /** Labels of its pod besides the job's; they win over those. */
  readonly labels?: readonly MetadataEntry[];
  readonly containers: readonly ContainerRequest[];
  readonly work: SessionWork | ContainerWork;
}

/** Stages run one after another in a living pod, through the driver. */
export interface SessionWork {
  readonly kind: 'session';
  /** Container that the session is opened into. */
  readonly sessionContainer: string;
  readonly scriptsDirectory: string;
  readonly logsDirectory: string;
  readonly shell: string;
  readonly stages: readonly Stage[];
}

/** The pod's main container is the work; its exit is the result. */
export interface ContainerWork {
  readonly kind: 'container';
  readonly container: string;
}

/** A container that a unit's pod will have. What its fields are is decided by contributions. */
export interface ContainerRequest {
  readonly name: string;
  readonly role: ContainerRole;
  /** Runs before the others: to its end, or as a native sidecar when the contributions set a restart policy. */
  readonly init: boolean;
  /** Image as asked for by the job or the operator; undefined leaves the choice to the image settings. */
  readonly image?: ImageRequest;
  /** The driver is the container's command; only in session units. */
  readonly driven: boolean;
  /** Variables of this container alone. */
  readonly variables: readonly Variable[];
  /** Position in the pod; equal ranks are ordered by name. */
  readonly rank: number;
}

/** One step of a session. */
export interface Stage {
  /** Unique in the unit, `[a-z0-9_-]+`. */
  readonly name: string;
  readonly title: string;
  readonly container: string;
  readonly on: RunCondition;
  /** Whether the user's own commands run in it: from then on nothing is made again. */
  readonly userCode: boolean;
  /** Whether its failure fails the unit. */
  readonly countsAsFailure: boolean;
  /** Whether it still runs after a cancel. */
  readonly afterCancel: boolean;
  /** Whether it runs only when user code of a stage before it has begun. */
  readonly needsUserCode?: boolean;
  readonly timeoutSeconds?: number;
  readonly action: StageAction;
}

/**
 * What a stage does: run a script, take a tar stream into a directory, or send paths out as one. Transfers name a
 * port that whoever runs the plan supplies.
 */
export type StageAction =
  | {
      readonly do: 'script';
      readonly script: string;
      /** Instead, when the job was canceled before the stage began: a script may be told how the job stands. */
      readonly scriptAfterCancel?: string;
      /** Instead, when an earlier stage ran out of its time and nobody canceled the job. */
      readonly scriptAfterTimeout?: string;
    }
  | { readonly do: 'receive'; readonly transfer: string; readonly directory: string }
  | {
      readonly do: 'send';
      readonly transfer: string;
      readonly directory: string;
      readonly paths: readonly string[];
      readonly exclude: readonly string[];
    };
