/** What the program says about itself. */
export interface WoodpeckerJobOptions {
  /** Name of the agent's machine, `CI_MACHINE`. */
  readonly hostname: string;
  /** The agent's own platform in Go's words, `linux/amd64`; steps run on nodes of its architecture. */
  readonly platform: string;
}
