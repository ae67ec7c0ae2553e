import { SettingError, type JsonObject, type JsonValue } from '@millrace/core';
import type { Mount, VolumeSet } from './settings.ts';
import type { Volume } from './volume.ts';

/** Kinds of `[[runners.kubernetes.volumes.<kind>]]` in the order in which GitLab Runner lists them in the pod. */
export type VolumeKind =
  | 'host_path'
  | 'secret'
  | 'pvc'
  | 'config_map'
  | 'empty_dir'
  | 'csi'
  | 'nfs';

/** One table, as the file has it. */
type Entry = JsonObject;

const text = (entry: Entry, key: string): string => {
  const value = entry[key];
  return typeof value === 'string' ? value : '';
};

/** The member only when it says something: Go leaves empty text and false out. */
function given(member: string, value: JsonValue | undefined): JsonObject {
  return value === undefined || value === '' || value === false ? {} : { [member]: value };
}

/** Items by key, last first: Go's maps have no order, and this is the one that was recorded (gitlab/115). */
function items(entry: Entry): JsonObject {
  const table = entry['items'];
  if (typeof table !== 'object' || table === null || Object.keys(table).length === 0) return {};
  const sorted = Object.entries(table as JsonObject).toSorted(([a], [b]) => (a < b ? 1 : -1));
  return { items: sorted.map(([key, path]) => ({ key, path: path ?? '' })) };
}

/** What stands in the pod's volume besides its name. */
const sources: Readonly<Record<VolumeKind, (entry: Entry) => JsonObject>> = {
  // The path as written: a variable in `mount_path` is not replaced here.
  host_path: (entry) => ({
    hostPath: { path: text(entry, 'host_path') || text(entry, 'mount_path') },
  }),
  secret: (entry) => ({ secret: { secretName: text(entry, 'name'), ...items(entry) } }),
  pvc: (entry) => ({ persistentVolumeClaim: { claimName: text(entry, 'name') } }),
  config_map: (entry) => ({ configMap: { name: text(entry, 'name'), ...items(entry) } }),
  empty_dir: (entry) => ({
    emptyDir: {
      ...given('medium', entry['medium']),
      ...given('sizeLimit', entry['size_limit']),
    },
  }),
  // `fsType` and `readOnly` are sent also when they are empty (gitlab/123).
  csi: (entry) => ({
    csi: {
      driver: text(entry, 'driver'),
      fsType: text(entry, 'fs_type'),
      readOnly: entry['read_only'] === true,
      ...given('volumeAttributes', entry['volume_attributes']),
    },
  }),
  nfs: (entry) => ({
    nfs: {
      server: text(entry, 'server'),
      path: text(entry, 'path'),
      ...given('readOnly', entry['read_only']),
    },
  }),
};

/** Fields of `nfs` without which GitLab Runner does not start. */
const nfsRequired = ['name', 'mount_path', 'server', 'path'];

/**
 * The volumes and mounts of one kind. Claims that are named twice, variables not replaced, are one volume with several
 * mounts; other kinds are listed as often as they are written, as GitLab Runner does (the API refuses a name that comes twice).
 * @throws SettingError for an nfs volume that lacks a field
 */
export function volumeSet(kind: VolumeKind, rank: number, entries: readonly Entry[]): VolumeSet {
  if (kind === 'nfs') entries.forEach(checkNfs);
  const distinct =
    kind === 'pvc'
      ? [...new Map(entries.map((entry) => [text(entry, 'name'), entry] as const)).values()]
      : entries;
  return {
    rank,
    volumes: distinct.map((entry): Volume => ({
      ...sources[kind](entry),
      name: text(entry, 'name'),
    })),
    mounts: entries.map(mountOf),
  };
}

function mountOf(entry: Entry): Mount {
  return {
    name: text(entry, 'name'),
    mountPath: text(entry, 'mount_path'),
    ...given('subPath', entry['sub_path']),
    ...given('readOnly', entry['read_only']),
    ...given('mountPropagation', entry['mount_propagation']),
  };
}

function checkNfs(entry: Entry): void {
  const missing = nfsRequired.filter((key) => text(entry, key) === '');
  if (missing.length > 0)
    throw new SettingError(
      `nfs volume: missing required fields: ${missing.join(', ')}`,
      'add them to this [[runners.kubernetes.volumes.nfs]] table',
    );
}
