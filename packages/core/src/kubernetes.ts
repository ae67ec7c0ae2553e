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
  /** The log's bytes without timestamps; resumes by timestamp after a lost connection while following. */
  readonly logs: (request: LogRequest, options: CallOptions) => AsyncIterable<Uint8Array>;
  readonly version: (options: CallOptions) => Promise<ServerVersion>;
  readonly can: (question: AccessQuestion, options: CallOptions) => Promise<boolean>;
}
