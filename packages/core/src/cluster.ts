import type { AccessQuestion, ServerVersion } from './kubernetes.ts';

/** What is known of the server before planning: its version and our rights, nothing else. */
export interface ClusterFacts {
  readonly version: ServerVersion;
  /** Whether a right is there; unknown rights count as there. */
  readonly allows: (question: AccessQuestion) => boolean;
}

/** Rights a plugin needs, in the words of an RBAC rule. */
export interface Permission {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** What it is for, one sentence. */
  readonly reason: string;
  /** Without it the plugin does less instead of failing. */
  readonly optional?: boolean;
}
