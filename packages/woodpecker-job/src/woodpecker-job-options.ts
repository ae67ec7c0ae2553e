/** What the program says about itself. */
export interface WoodpeckerJobOptions {
  /** Name of the agent's machine, `CI_MACHINE`. */
  readonly hostname: string;
  /** The agent's own platform in Go's words, `linux/amd64`; steps run on nodes of its architecture. */
  readonly platform: string;
  /**
   * Name of a transfer with the files of the workspace: steps of the type `clone` take them instead of running what their
   * image does. It needs a shell and tar, as busybox has them.
   */
  readonly sources?: string;
}
