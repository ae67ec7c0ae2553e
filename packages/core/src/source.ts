import type { SourcePosition } from './errors.ts';

/** Who set something, and where a person can change it. */
export interface Source {
  readonly plugin: string;
  /** Key in the configuration as the operator wrote it, `runners.kubernetes.node_selector`. */
  readonly configPath?: string;
  readonly position?: SourcePosition;
  /** Job variable that set it. */
  readonly variable?: string;
}
