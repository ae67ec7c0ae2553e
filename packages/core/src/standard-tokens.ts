import type { ClusterFacts } from './cluster.ts';
import type { Expand, Job, JobRequest, Variable } from './job.ts';
import type { Clock, Logger, Metrics, Random } from './ports.ts';
import type { JobCredential } from './plan.ts';
import { createToken, type Token } from './tokens.ts';

/** The process's log, bound to the plugin that asks. */
export const LoggerToken: Token<Logger> = createToken('@millrace/core/logger', 'process');
export const ClockToken: Token<Clock> = createToken('@millrace/core/clock', 'process');
export const MetricsToken: Token<Metrics> = createToken('@millrace/core/metrics', 'process');
/** Version and rights of the server. */
export const ClusterFactsToken: Token<ClusterFacts> = createToken(
  '@millrace/core/cluster-facts',
  'job',
);
/** The job as the server sent it. */
export const JobRequestToken: Token<JobRequest> = createToken('@millrace/core/job-request', 'job');
/** The job in neutral words; offered by the plugin that knows the peer. */
export const JobToken: Token<Job> = createToken('@millrace/core/job', 'job');
/** Variables of the job as every script sees them, in order. */
export const VariablesToken: Token<readonly Variable[]> = createToken(
  '@millrace/core/variables',
  'job',
);
export const ExpandToken: Token<Expand> = createToken('@millrace/core/expand', 'job');
/** Seeded by the plan; names come from it, so a plan can be made again. */
export const RandomToken: Token<Random> = createToken('@millrace/core/random', 'job');
/** Milliseconds since the epoch at which the plan was asked for. */
export const PlanTimeToken: Token<number> = createToken('@millrace/core/plan-time', 'job');
/** Namespace of all namespaced objects of the job; offered by the identity plugin. */
export const NamespaceToken: Token<string> = createToken('@millrace/core/namespace', 'job');
/** The job's own credential for the API server, undefined for the runner's; offered by the identity plugin. */
export const CredentialToken: Token<JobCredential | undefined> = createToken(
  '@millrace/core/credential',
  'job',
);
/** How the runner itself reaches its API server; offered by the identity plugin. */
export const ConnectionToken: Token<ClusterConnection> = createToken(
  '@millrace/core/connection',
  'generation',
);
/** Operating system and architecture of the nodes that the job may run on; offered by the scheduling plugin. */
export const PlatformToken: Token<NodePlatform> = createToken('@millrace/core/platform', 'job');
/** Whether jobs share the workspace's volume; offered by the volumes plugin. */
export const SharedWorkspaceToken: Token<boolean> = createToken(
  '@millrace/core/shared-workspace',
  'job',
);

/** As Kubernetes spells them: `linux`/`amd64`, or undefined where the settings leave it open. */
export interface NodePlatform {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly windowsBuild: string | undefined;
}

/** Address and credentials of an API server as configured; empty text is unset. Files are read by whoever connects. */
export interface ClusterConnection {
  /** URL; unset: in-cluster, else the kubeconfig. */
  readonly server: string;
  /** Context of the kubeconfig. */
  readonly context: string;
  /** Secret. */
  readonly token: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}
