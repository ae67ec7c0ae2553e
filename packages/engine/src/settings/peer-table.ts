import type { JsonObject, SourcePosition } from '@millrace/core';

/** A runner's configuration as the peer writes it, with the places of its keys. */
export interface PeerTable {
  /** The runner's own table, `[[runners]]`. */
  readonly runner: JsonObject;
  /** Path of the runner's table in the file, `['runners', 0]`. */
  readonly runnerPath: readonly (string | number)[];
  /** Member of the runner's table that holds the settings of pods, `kubernetes`. */
  readonly podsKey: string;
  /** Members of the runner's table that the app itself reads; not unknown, not a plugin's. */
  readonly appKeys: readonly string[];
  /** Our own settings for this runner, `[runners.millrace]`: a table for each plugin, by configKey. */
  readonly own: JsonObject;
  readonly ownPath: readonly (string | number)[];
  readonly positionOf: (path: readonly (string | number)[]) => SourcePosition | undefined;
}
