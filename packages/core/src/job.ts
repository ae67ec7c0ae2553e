import type { JsonObject } from './json.ts';

/**
 * What a container is for. Settings choose containers by role, so every container has one, also those of third
 * parties; a plugin's core never names one, its bindings do.
 */
export type ContainerRole = 'build' | 'helper' | 'service' | 'init' | 'step' | 'clone' | 'sidecar';

/** A job as the server handed it out, before anything was understood. */
export interface JobRequest {
  /** Unique among the jobs of one runner, fit for a label value. */
  readonly id: string;
  /** The peer's own document. */
  readonly payload: JsonObject;
  /** Who runs it. */
  readonly runner: RunnerIdentity;
  /** Ties what the server logs about the job together; the peer's word for it, if it has one. */
  readonly correlationId?: string;
}

/** The runner entry that took a job. */
export interface RunnerIdentity {
  readonly name: string;
  readonly token: string;
  /** Fit for a label value; the `millrace.dev/runner` label. */
  readonly id: string;
  readonly systemId: string;
  readonly serverUrl: string;
  /** Number of this job among those of this runner that run at the same time, from 0. */
  readonly slot: number;
  /** The same among those of the job's project on this runner; `slot` where it is not counted. */
  readonly projectSlot?: number;
}

/** A job in neutral words. */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** Names of pods start with it; valid as such, at most 54 characters. */
  readonly podName: string;
  readonly timeoutSeconds: number;
  readonly services: readonly ServiceRequest[];
  readonly labels: readonly MetadataEntry[];
  readonly annotations: readonly MetadataEntry[];
  /** Whose job it is on the peer's side, fit for a part of a name; settings may keep owners apart. */
  readonly owner?: string;
  /** Absent: the job's pods do not look for each other. */
  readonly network?: JobNetwork;
  /** Where the job's sources live in its containers; undefined when the job brings a volume of its own. */
  readonly workspace?: WorkspaceRequest;
}

/** A label or annotation that the peer writes by itself. */
export interface MetadataEntry {
  readonly key: string;
  readonly value: string;
  /** Settings cannot replace it. */
  readonly fixed?: boolean;
}

/** A name in the cluster's DNS below which all pods of a job are found by their host names. */
export interface JobNetwork {
  /** A DNS label. */
  readonly name: string;
  /** The label by which the job's pods are found. */
  readonly selector: MetadataEntry;
}

/** The directory that all containers of a job share. */
export interface WorkspaceRequest {
  /** Absolute path in the containers, as written in the configuration. */
  readonly directory: string;
  readonly volumeName: string;
}

/** Something that runs beside the job, as asked for. */
export interface ServiceRequest {
  readonly image: ImageRequest;
  readonly aliases: readonly string[];
  readonly variables: readonly Variable[];
  /** Who asked: the operator's configuration or the job. */
  readonly origin: 'config' | 'job';
}

/** An image and how to start it, as asked for. */
export interface ImageRequest {
  readonly name: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** In the peer's own spelling, in order of preference. */
  readonly pullPolicies?: readonly string[];
  /** `uid[:gid]`. */
  readonly user?: string;
  readonly ports?: readonly PortRequest[];
  readonly login?: ImageLogin;
}

/** Credentials that the job brings for the registry of one image. */
export interface ImageLogin {
  readonly username: string;
  /** Secret. */
  readonly password: string;
  /** Name of the pull secret that is made of them. */
  readonly secretName: string;
}

/** A port that a container serves. */
export interface PortRequest {
  readonly number: number;
  readonly name?: string;
  readonly protocol?: string;
}

/** A variable of a job. */
export interface Variable {
  readonly key: string;
  readonly value: string;
  /** May be shown and put into a container's plain environment. */
  readonly public: boolean;
  /** The script sees a path to a file with the value. */
  readonly file: boolean;
  readonly masked: boolean;
  /** Not expanded. */
  readonly raw: boolean;
  /** Set by the runner itself. */
  readonly internal: boolean;
}

/**
 * Replaces references to variables by the peer's grammar: `payload` knows only what the server sent, `job` all that
 * is known when the pod is prepared.
 */
export type Expand = (text: string, scope: 'payload' | 'job') => string;
