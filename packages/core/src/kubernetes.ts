import type { JsonObject, JsonValue } from './json.ts';

/** Any Kubernetes object as raw JSON, the form in which millrace sends and receives them. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The part of `metadata` that millrace reads. */
export interface ObjectMeta extends JsonObject {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

/**
 * A resource's place in the API: `{ group: '', version: 'v1', plural: 'pods' }`. `namespaced` false means
 * the cluster scope.
 */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** One object's address. The namespace is ignored for cluster-scoped resources. */
export interface ObjectRef {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** What a call may be given: a signal that ends it, and a limit of its own. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call, repetitions and pauses included; for exec and logs for the opening only. */
  readonly timeout?: number;
}

/** How to delete; absent fields are not sent. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string };
}

/** Patch media types of the API. */
export type PatchType = 'merge' | 'strategic' | 'json' | 'apply';

/** A change seen by a watch. `deleted` carries the last state. */
export interface WatchChange {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
}

/** A selection of objects for list and watch. */
export interface ListSelection {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/**
 * A shared list+watch. Everyone who asks for the same selection shares one connection; it opens with the first
 * subscriber and closes after idling.
 */
export interface WatchSubscription {
  /** Changes in order, starting with `added` for what exists. Ends when disposed; throws what cannot be healed. */
  readonly changes: AsyncIterable<WatchChange>;
  readonly dispose: () => void;
}

/** What to run in a container. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

/** How a remote command ended, from the status frame and nothing else. */
export interface ExecStatus {
  /** The command's own; -1 when there is none, because the server could not run it or does not know. */
  readonly exitCode: number;
  /** The API server's own message when the code is not from the command, else empty. */
  readonly message: string;
}

/**
 * A running remote command. Reading applies back-pressure: unread output stops the socket, not the process.
 * Any end without a status frame rejects {@link ExecSession.status} with `MILLRACE_E_EXEC_LOST`.
 */
export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Writes to the command's standard input; resolves when the socket took it. */
  readonly write: (data: Uint8Array) => Promise<void>;
  /** Ends standard input. With protocol v4 this is refused, see {@link ExecSession.canEndInput}. */
  readonly endInput: () => Promise<void>;
  readonly canEndInput: boolean;
  readonly status: Promise<ExecStatus>;
  /** Closes the connection; the remote process is not stopped by that. */
  readonly close: () => void;
}

/** Which part of a container's log to read. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Where another reading of the same log has stopped: this one goes on behind it. `tailLines` is not heeded then. */
  readonly after?: LogPlace;
}

/**
 * Where a reading of a container's log has stopped, so that another one, in another process even, goes on behind it. The
 * kubelet knows no offsets: lines are counted from a second on. Plain JSON.
 */
export interface LogPlace {
  /** Whole second before the last line, RFC 3339: from there on the server is asked. */
  readonly since: string;
  /** Whole lines read from `since` on. */
  readonly lines: number;
  /** Newest timestamp read. */
  readonly newest: string;
  /** The line behind them, of which a part was read. */
  readonly open?: { readonly timestamp: string; readonly bytes: number };
}

/** Lines that were to be read and are no longer there: the kubelet has rotated the log meanwhile. */
export interface LogGap {
  /** Timestamp of the newest line before it. */
  readonly after: string;
  /** Timestamp of the first line behind it; undefined when nothing came behind it. */
  readonly until: string | undefined;
}

/** A log as it is read. */
export interface LogStream extends AsyncIterable<Uint8Array> {
  /** Behind the piece that was read last; undefined before the first line. */
  readonly place: () => LogPlace | undefined;
  /** What was found missing when reading went on, before the piece that was read last. */
  readonly gap: () => LogGap | undefined;
}

/** Answer of `/version`. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

/** One right, as `SelfSubjectAccessReview` asks for it. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

/**
 * Access to one API server with one credential. Implemented by `@millrace/kube`; errors are `RunnerError`s whose
 * `reason` comes from the server's `Status.reason` (`api_not_found`, `api_forbidden`, `quota_exceeded`, …) and whose
 * `details.status` is the raw `Status`.
 */
export interface KubeApi {
  readonly get: (ref: ObjectRef, options: CallOptions) => Promise<KubeObject>;
  readonly list: (selection: ListSelection, options: CallOptions) => Promise<readonly KubeObject[]>;
  /**
   * Creates; safe to repeat because the object's name is fixed: an answer 409 is success when the existing object
   * carries the same `millrace.dev/job` label value.
   */
  readonly create: (
    type: ResourceType,
    object: KubeObject,
    options: CallOptions & { readonly dryRun?: boolean },
  ) => Promise<KubeObject>;
  readonly patch: (
    ref: ObjectRef,
    kind: PatchType,
    patch: JsonValue,
    options: CallOptions,
  ) => Promise<KubeObject>;
  /** Deletes; an object that is not there counts as deleted. Returns whether it was there. */
  readonly delete: (ref: ObjectRef, how: DeleteOptions, options: CallOptions) => Promise<boolean>;
  readonly watch: (selection: ListSelection) => WatchSubscription;
  readonly exec: (request: ExecRequest, options: CallOptions) => Promise<ExecSession>;
  /** The log's bytes without timestamps; goes on behind the last line after a lost connection. */
  readonly logs: (request: LogRequest, options: CallOptions) => LogStream;
  readonly version: (options: CallOptions) => Promise<ServerVersion>;
  readonly can: (question: AccessQuestion, options: CallOptions) => Promise<boolean>;
}
