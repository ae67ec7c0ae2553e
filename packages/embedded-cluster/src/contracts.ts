/**
 * The seam between the two halves of the embedded cluster: `api/` and `store/` (what an API server does) and
 * `kubelet/` with its runtimes (what a node does). Neither half imports the other's files; `cluster.ts` joins them.
 */
import type { Duplex } from 'node:stream';
import type { JsonObject, KubeObject, ResourceType } from '@millrace/core';

/** A stored object's address. `namespace` is empty for cluster-scoped resources. */
export interface StoreKey {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** One committed change, in `resourceVersion` order. `object` is the state after it (before it, for `deleted`). */
export interface StoreChange {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly resource: ResourceType;
  readonly object: KubeObject;
  readonly resourceVersion: number;
}

/**
 * The one source of truth. All calls are synchronous and atomic; objects are frozen. Errors are `ApiStatusError`
 * (store/status.ts) with the `Status` a real API server would answer.
 */
export interface Store {
  readonly get: (key: StoreKey) => KubeObject | undefined;
  readonly list: (type: ResourceType, namespace?: string) => readonly KubeObject[];
  /** Assigns uid, creationTimestamp and resourceVersion. Throws AlreadyExists. */
  readonly create: (type: ResourceType, object: KubeObject) => KubeObject;
  /** Replaces the object by what `change` returns; no new version when nothing differs. Throws NotFound. */
  readonly update: (key: StoreKey, change: (object: KubeObject) => KubeObject) => KubeObject;
  /** Removes the object at once, whatever its finalizers; the kubelet calls it when a deleted pod has stopped. */
  readonly remove: (key: StoreKey) => void;
  /** Calls back for every later change, in order, synchronously after commit. Returns the way to stop. */
  readonly subscribe: (listener: (change: StoreChange) => void) => () => void;
}

/** How a process in a container ended. */
export interface ProcessExit {
  /** 0–255; 128 + n for signal n. */
  readonly exitCode: number;
  /** Signal number, or 0. */
  readonly signal: number;
}

/** A process that was started by exec. Reading stdout and stderr applies back-pressure to the process. */
export interface ContainerProcess {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly write: (data: Uint8Array) => Promise<void>;
  readonly endInput: () => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly exit: Promise<ProcessExit>;
  /** Kills the command itself, not a wrapper around it. */
  readonly kill: () => void;
}

/** What the API server asks of a pod's node. Errors are `ApiStatusError`s worded as the kubelet's. */
export interface NodeApi {
  readonly exec: (
    pod: KubeObject,
    container: string,
    command: readonly string[],
    options: ExecOptions,
  ) => Promise<ContainerProcess>;
  /** Joins the container's own standard streams. */
  readonly attach: (
    pod: KubeObject,
    container: string,
    options: ExecOptions,
  ) => Promise<ContainerProcess>;
  /** Log bytes; with `timestamps` each line is prefixed by RFC 3339 nanoseconds and a blank. */
  readonly logs: (
    pod: KubeObject,
    container: string,
    options: LogOptions,
  ) => AsyncIterable<Uint8Array>;
  /** A connection to a port on which something in the pod listens. */
  readonly connect: (pod: KubeObject, port: number) => Promise<Duplex>;
}

/** Streams wanted from exec or attach. */
export interface ExecOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Query of `pods/log`, parsed and checked. */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Milliseconds since the epoch. */
  readonly sinceTime?: number;
  readonly signal: AbortSignal;
}

/** A running container of a runtime. */
export interface RunningContainer {
  /** `containerd://…`-shaped identifier for `containerID`. */
  readonly id: string;
  readonly exit: Promise<ProcessExit & { readonly message?: string; readonly oomKilled?: boolean }>;
  /** Sends a signal to the container's first process. */
  readonly signal: (signal: 'SIGTERM' | 'SIGKILL') => void;
  readonly exec: (command: readonly string[], options: ExecOptions) => Promise<ContainerProcess>;
  readonly attach: (options: ExecOptions) => Promise<ContainerProcess>;
  /** Replaces the lines of `/etc/hosts` besides the standard ones; absent where containers have no such file of their own. */
  readonly changeHosts?: (aliases: ContainerSpec['hostAliases']) => void;
}

/** Names that a cluster's DNS knows, for nodes without one. */
export interface ClusterNames {
  /** Lines for `/etc/hosts` in the containers of a pod. */
  readonly seenBy: (pod: KubeObject) => ContainerSpec['hostAliases'];
  /** Calls back when names have come or gone. Returns the way to stop. */
  readonly onChange: (changed: () => void) => () => void;
}

/** What a runtime gets to start one container: everything the kubelet has already resolved. */
export interface ContainerSpec {
  readonly podUid: string;
  readonly podName: string;
  readonly namespace: string;
  readonly hostname: string;
  readonly name: string;
  readonly image: ResolvedImage;
  /** Entry point and arguments after merging image defaults and `$(VAR)` expansion. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Host directories or files to appear at paths in the container. */
  readonly mounts: readonly ContainerMount[];
  readonly user?: number;
  readonly group?: number;
  readonly supplementalGroups: readonly number[];
  readonly stdin: boolean;
  /** Standard input ends when the first who attached to it has gone. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** `/etc/hosts` lines besides the standard ones. */
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  /** File that receives the log in the CRI format; the runtime writes it, the kubelet reads it. */
  readonly logFile: string;
}

/** A bind mount. */
export interface ContainerMount {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** An image as the runtime found it. */
export interface ResolvedImage {
  readonly name: string;
  readonly id: string;
  /** Unpacked root file system, or undefined for the host's own root. */
  readonly root?: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly user: string;
  /** Said once per image, e.g. that the host's root is used instead. */
  readonly warning?: string;
}

/** A way to run containers: `process` with real processes, `scripted` with a program of events. */
export interface ContainerRuntime {
  readonly name: 'process' | 'scripted';
  /** What this runtime cannot do on this machine, one sentence each; empty when nothing is missing. */
  readonly limits: readonly string[];
  /** When set, containers see no private file system and every mount must lie under this host directory. */
  readonly mountPrefix?: string;
  /** Throws `ImageError` with the reason and message a kubelet would report. */
  readonly resolveImage: (
    name: string,
    policy: string,
    signal: AbortSignal,
  ) => Promise<ResolvedImage>;
  readonly start: (spec: ContainerSpec, signal: AbortSignal) => Promise<RunningContainer>;
  /** Connects to a port of a pod; absent where containers have no network. */
  readonly connect?: (port: number) => Promise<Duplex>;
  readonly dispose: () => Promise<void>;
}

/** Counts requests; the API server calls it once per request. Long-lived ones are counted when they start. */
export interface RequestObserver {
  readonly request: (entry: RequestEntry) => void;
}

/** One request, with what tells the parts of a count apart. */
export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  /** `get list watch create update patch delete deletecollection connect`. */
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** True for upgraded (WebSocket) connections. */
  readonly upgraded: boolean;
  readonly userAgent: string;
  readonly user: string;
}

/** Status document of an error, as the API sends it. */
export interface StatusDocument extends JsonObject {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly status: 'Failure' | 'Success';
  readonly message: string;
  readonly reason?: string;
  readonly code: number;
}
