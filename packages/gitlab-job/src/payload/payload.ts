import type { ImageRequest, JsonObject } from '@millrace/core';

/** The parts of a GitLab job payload that a run depends on, under our names. */
export interface Payload {
  readonly id: number;
  readonly token: string;
  readonly allowGitFetch: boolean;
  readonly jobName: string;
  readonly project: {
    readonly id: number;
    readonly name: string;
    readonly rootNamespaceId: number;
  };
  readonly git: GitInfo;
  /** Seconds as sent; 0 when the server did not say. */
  readonly timeout: number;
  readonly variables: readonly PayloadVariable[];
  readonly steps: readonly PayloadStep[];
  /** Commands by the name of the hook, `pre_get_sources_script`. */
  readonly hooks: ReadonlyMap<string, readonly string[]>;
  readonly image: PayloadImage;
  readonly services: readonly PayloadService[];
  readonly artifacts: readonly PayloadArtifacts[];
  readonly dependencies: readonly PayloadDependency[];
  /** How many cache entries have paths or ask for untracked files. */
  readonly caches: number;
  /** Keys of the job's inputs. */
  readonly inputs: readonly string[];
  /** Whether the job is made of native steps. */
  readonly nativeSteps: boolean;
  /** Whether the payload has the member at all, even empty. */
  readonly hasSecrets: boolean;
  readonly secretNames: readonly string[];
  readonly suspension: PayloadSuspension;
  readonly features: JsonObject;
}

/** What a job wants of environments that outlive it. */
export interface PayloadSuspension {
  /** Its own is to be kept. */
  readonly asked: boolean;
  /** It goes on in one that was kept. */
  readonly resumes: boolean;
}

/** What to check out. */
export interface GitInfo {
  /** With credentials, as sent. */
  readonly repoUrl: string;
  readonly ref: string;
  readonly sha: string;
  readonly beforeSha: string;
  readonly refspecs: readonly string[];
  /** 0: the whole history. */
  readonly depth: number;
  readonly objectFormat: string;
}

/** A variable as sent. */
export interface PayloadVariable {
  readonly key: string;
  readonly value: string;
  readonly public: boolean;
  readonly file: boolean;
  readonly masked: boolean;
  readonly raw: boolean;
}

/** A step of the job; `script`, `after_script` or `release`. */
export interface PayloadStep {
  readonly name: string;
  readonly script: readonly string[];
}

/** An image as sent: nothing expanded. */
export interface PayloadImage extends ImageRequest {
  /** Options for executors that GitLab Runner does not know, in its words; at most one complaint. */
  readonly optionFault: string | undefined;
}

/** A service as sent: nothing expanded. */
export interface PayloadService {
  readonly image: PayloadImage;
  /** Aliases in one text, separated by blanks or commas. */
  readonly alias: string;
  readonly variables: readonly PayloadVariable[];
}

/** One set of files that the job leaves. */
export interface PayloadArtifacts {
  readonly name: string;
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly untracked: boolean;
  readonly when: 'on_success' | 'on_failure' | 'always';
}

/** An earlier job whose files this one gets. */
export interface PayloadDependency {
  readonly id: number;
  readonly name: string;
  readonly hasArtifacts: boolean;
}
