import type {
  Binding,
  ClusterFacts,
  ContainerRequest,
  Job,
  Plugin,
  Variable,
} from '@millrace/core';

/** A plugin of any settings; the harness only sets it up. */
export type PluginUnderTest = Pick<Plugin, '$$type' | 'name' | 'apiVersion' | 'configKey'> & {
  readonly configSchema: unknown;
  readonly setup: unknown;
};

/** What surrounds the plugin under test. */
export interface HarnessOptions {
  /**
   * The runner's configuration as a peer's file says it, without the `[[runners]]` line: pod settings below
   * `[runners.kubernetes]`, the plugin's own below `[runners.millrace.<configKey>]`.
   */
  readonly toml?: string;
  readonly bindings?: readonly Binding[];
  /** Plugins beside it. */
  readonly beside?: readonly PluginUnderTest[];
  readonly job?: Partial<Job>;
  readonly containers?: readonly (Pick<ContainerRequest, 'name' | 'role'> &
    Partial<ContainerRequest>)[];
  readonly variables?: readonly (Pick<Variable, 'key' | 'value'> & Partial<Variable>)[];
  readonly facts?: Partial<ClusterFacts>;
  readonly seed?: number;
}
