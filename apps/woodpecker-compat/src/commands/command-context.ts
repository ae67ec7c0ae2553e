import type { Logger } from '@millrace/core';
import type { AgentInput } from '../config/agent-config.ts';

/** Where a command writes, what it is told, and what ends it. */
export interface CommandContext extends AgentInput {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly color: boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Ends it when it was told so again. */
  readonly abort: AbortSignal;
}
