import {
  defineBinding,
  type Binding,
  type JsonObject,
  type JsonValue,
  type MemberShape,
  type SettingRow,
} from '@millrace/core';
import { volumeSet, type VolumeKind } from './gitlab-volumes.ts';

const mountMembers = { name: 'string', mount_path: 'string', sub_path: 'string' } as const;

interface KindRow {
  readonly kind: VolumeKind;
  readonly members: MemberShape;
  readonly since: string;
  readonly doc: string;
}

/** In the order of the pod (gitlab/123). */
const kinds: readonly KindRow[] = [
  {
    kind: 'host_path',
    members: { read_only: 'boolean', host_path: 'string', mount_propagation: 'string' },
    since: '≤12.5',
    doc: 'Directories of the node, mounted into every container; without host_path the one at mount_path.',
  },
  {
    kind: 'secret',
    members: { read_only: 'boolean', items: 'string-map' },
    since: '≤12.5',
    doc: 'Secrets, mounted into every container; items chooses keys and their files.',
  },
  {
    kind: 'pvc',
    members: { read_only: 'boolean', mount_propagation: 'string' },
    since: '≤12.5',
    doc: 'Persistent volume claims that exist, mounted into every container; variables in the name are replaced.',
  },
  {
    kind: 'config_map',
    members: { read_only: 'boolean', items: 'string-map' },
    since: '≤12.5',
    doc: 'Config maps, mounted into every container; items chooses keys and their files.',
  },
  {
    kind: 'empty_dir',
    members: { medium: 'string', size_limit: 'string', mount_propagation: 'string' },
    since: '≤12.5',
    doc: 'Directories that start empty and live as long as the pod, mounted into every container.',
  },
  {
    kind: 'csi',
    members: {
      driver: 'string',
      fs_type: 'string',
      read_only: 'boolean',
      volume_attributes: 'string-map',
    },
    since: '13.11',
    doc: 'Volumes of a CSI driver, mounted into every container.',
  },
  {
    kind: 'nfs',
    members: { server: 'string', path: 'string', read_only: 'boolean' },
    since: '19.0',
    doc: 'Directories of an NFS server, mounted into every container.',
  },
];

/** The pod's name for a kind, in settings paths and in the manifest. */
const setNames: Readonly<Record<VolumeKind, string>> = {
  host_path: 'hostPath',
  secret: 'secret',
  pvc: 'persistentVolumeClaim',
  config_map: 'configMap',
  empty_dir: 'emptyDir',
  csi: 'csi',
  nfs: 'nfs',
};

const rows = kinds.map(({ kind, members, since, doc }, rank): SettingRow => ({
  key: `volumes.${kind}`,
  path: `sets.${setNames[kind]}`,
  form: 'table-list',
  members: { ...mountMembers, ...members },
  convert: (value) => volumeSet(kind, rank, value as readonly JsonObject[]) as unknown as JsonValue,
  expand: {
    scope: 'job',
    members: ['mountPath', 'subPath', ...(kind === 'pvc' ? ['name', 'claimName'] : [])],
  },
  since,
  default: 'none',
  doc,
}));

const plain = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** What GitLab Runner calls volumes. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: '@millrace/plugin-volumes',
    rows,
    // GitLab Runner lists the pod's volumes twice while it makes the pod, and warns each time.
    constants: { sizeLimitWarnings: 2 },
    wording: {
      'volumes.bad-size-limit': {
        rank: 700,
        text: ({ quantity, volume, error }) =>
          `invalid limit quantity ${JSON.stringify(quantity)} for empty volume ${JSON.stringify(volume)}: ${plain(error)}`,
      },
    },
    // The reference sends what is written, twice the same name included; the API server refuses it.
    lists: {
      '/spec/volumes': { policy: 'ordered' },
      '/spec/containers/*/volumeMounts': { policy: 'ordered' },
    },
  }),
];
