/** What the program says about itself, and how files travel. */
export interface GitlabJobOptions {
  /** Release of GitLab Runner that is presented to jobs, `19.4.0`. */
  readonly version: string;
  readonly revision: string;
  /** `linux/amd64`. */
  readonly architecture: string;
  /** `git`: the pod clones; `transfer`: they come through the session, as transfer `sources`. */
  readonly sources: 'git' | 'transfer';
  /** `transfer`: through the session, as transfers `artifacts` and `artifacts:<job>`; `warn`: not at all, and the job is told. */
  readonly artifacts: 'transfer' | 'warn';
  /** Name of the machine that the runner is on, for the first line of a job; default: the runner's name. */
  readonly hostName?: string;
}
