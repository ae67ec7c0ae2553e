import type { Source } from '@millrace/core';
import type { PeerTable } from './peer-table.ts';
import type { SettingPath } from './setting-path.ts';

/** Where the value at a path of a plugin's settings comes from. */
export interface SettingOrigin {
  readonly path: SettingPath;
  readonly source: Source;
}

/** An origin in a configuration file. */
export interface FileOrigin extends SettingOrigin {
  /** Path of the key in the file; {@link Source.configPath} is its printed form. */
  readonly place: readonly (string | number)[];
}

/** Whether a path lies at or below another. */
export const startsWith = (path: SettingPath, prefix: SettingPath): boolean =>
  prefix.length <= path.length && prefix.every((segment, index) => path[index] === segment);

/** The origin of the longest prefix of a path that has one; of equally long ones the last. */
export function nearestOrigin<Origin extends SettingOrigin>(
  origins: readonly Origin[],
  path: SettingPath,
): Origin | undefined {
  let best: Origin | undefined;
  for (const origin of origins) {
    if (!startsWith(path, origin.path)) continue;
    if (best === undefined || origin.path.length >= best.path.length) best = origin;
  }
  return best;
}

/** An origin from the path of a key. The index of the runner is not printed: the position says which it is. */
export function originOf(
  plugin: string,
  path: SettingPath,
  place: readonly (string | number)[],
  table: PeerTable,
): FileOrigin {
  return { path, place, source: sourceOf(plugin, place, table) };
}

/** A source from the path of a key. */
export function sourceOf(
  plugin: string,
  place: readonly (string | number)[],
  table: PeerTable,
): Source {
  const position = nearestPosition(place, table);
  const runner = table.runnerPath.length - 1;
  const configPath = place
    .filter((segment, index) => !(typeof segment === 'number' && index === runner))
    .join('.');
  return { plugin, configPath, ...(position === undefined ? {} : { position }) };
}

/** The position of a key, or of the nearest table around it. */
export function nearestPosition(
  place: readonly (string | number)[],
  table: PeerTable,
): Source['position'] {
  for (let length = place.length; length > 0; length -= 1) {
    const position = table.positionOf(place.slice(0, length));
    if (position !== undefined) return position;
  }
  return undefined;
}

/** `runners.kubernetes.cpu_limit (config.toml:3)`. */
export const describePlace = ({ configPath, position }: Source): string =>
  `${configPath ?? 'another line'}${position === undefined ? '' : ` (${position.file}:${position.line})`}`;
