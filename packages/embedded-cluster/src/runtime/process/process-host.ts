import type { Clock, Logger } from '@millrace/core';
import type { HostEntry } from './host-layout.ts';
import type { HostTools } from './host-tools.ts';
import type { PipePool } from './pipe-pool.ts';

/** What containers of one process runtime share. */
export interface ProcessHost {
  readonly tools: HostTools;
  readonly pipes: PipePool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly asRoot: boolean;
  readonly layout: readonly HostEntry[];
  readonly upper: 'disk' | 'memory';
  /** Beginning of the marks of processes without namespaces. */
  readonly marks: string;
  /** Folder of the runtime itself. */
  readonly folder: string;
}
