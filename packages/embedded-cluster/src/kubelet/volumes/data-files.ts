import type { Store } from '../../contracts.ts';
import { readData, type DataRef } from '../keyed-data.ts';
import type {
  ConfigMapSource,
  DownwardItem,
  Pod,
  ProjectedSource,
  SecretSource,
} from '../pod-types.ts';
import { readField, readResource, type NodeFacts } from '../read-fields.ts';
import { volumeError } from './volume-error.ts';
import type { VolumeFile } from './write-files.ts';

/** A token for a pod's service account, as `TokenRequest` makes it. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly expirationSeconds: number;
  readonly audiences?: readonly string[];
  readonly pod: { readonly name: string; readonly uid: string };
}

/** Makes a token. @throws Error when there is no such service account */
export type IssueToken = (request: TokenRequest) => { readonly token: string };

/** What files of volumes are made from. */
export interface VolumeSources {
  readonly store: Store;
  readonly node: NodeFacts;
  readonly issueToken: IssueToken;
}

const defaultFileMode = 0o644;

function dataFiles(
  store: Store,
  ref: DataRef,
  source: SecretSource | ConfigMapSource,
  mode: number,
): readonly VolumeFile[] {
  const data = readData(store, ref);
  if (data === undefined && source.optional === true) return [];
  if (data === undefined) throw volumeError(`${ref.kind} "${ref.name}" not found`);
  if (source.items === undefined || source.items.length === 0)
    return [...data].map(([path, content]) => ({ path, content, mode }));
  return source.items.flatMap((item) => {
    const content = data.get(item.key);
    if (content !== undefined) return [{ path: item.path, content, mode: item.mode ?? mode }];
    if (source.optional === true) return [];
    throw volumeError(
      `references non-existent ${ref.kind === 'secret' ? 'secret' : 'config'} key: ${item.key}`,
    );
  });
}

export const secretFiles = (
  sources: VolumeSources,
  pod: Pod,
  source: SecretSource,
  mode: number = source.defaultMode ?? defaultFileMode,
): readonly VolumeFile[] =>
  dataFiles(
    sources.store,
    {
      kind: 'secret',
      namespace: pod.metadata.namespace,
      name: source.secretName ?? source.name ?? '',
    },
    source,
    mode,
  );

export const configMapFiles = (
  sources: VolumeSources,
  pod: Pod,
  source: ConfigMapSource,
  mode: number = source.defaultMode ?? defaultFileMode,
): readonly VolumeFile[] =>
  dataFiles(
    sources.store,
    { kind: 'configmap', namespace: pod.metadata.namespace, name: source.name },
    source,
    mode,
  );

export const downwardFiles = (
  sources: VolumeSources,
  pod: Pod,
  items: readonly DownwardItem[],
  mode: number = defaultFileMode,
): readonly VolumeFile[] =>
  items.map((item) => ({
    path: item.path,
    content:
      item.fieldRef === undefined
        ? item.resourceFieldRef === undefined
          ? ''
          : readResource(pod, sources.node, item.resourceFieldRef, '')
        : readField(pod, sources.node, item.fieldRef.fieldPath),
    mode: item.mode ?? mode,
  }));

/** All sources of a projected volume; a later one wins where two write one path. */
export function projectedFiles(
  sources: VolumeSources,
  pod: Pod,
  projections: readonly ProjectedSource[],
  mode: number = defaultFileMode,
): readonly VolumeFile[] {
  const files: VolumeFile[] = [];
  for (const { secret, configMap, downwardAPI, serviceAccountToken } of projections) {
    if (secret !== undefined) files.push(...secretFiles(sources, pod, secret, mode));
    if (configMap !== undefined) files.push(...configMapFiles(sources, pod, configMap, mode));
    if (downwardAPI !== undefined)
      files.push(...downwardFiles(sources, pod, downwardAPI.items ?? [], mode));
    if (serviceAccountToken !== undefined) {
      const content = tokenFor(sources, pod, serviceAccountToken);
      files.push({ path: serviceAccountToken.path, content, mode });
    }
  }
  return files;
}

function tokenFor(
  { issueToken }: VolumeSources,
  pod: Pod,
  { audience, expirationSeconds }: NonNullable<ProjectedSource['serviceAccountToken']>,
): string {
  try {
    return issueToken({
      namespace: pod.metadata.namespace,
      serviceAccount: pod.spec.serviceAccountName ?? 'default',
      expirationSeconds: expirationSeconds ?? 3600,
      ...(audience === undefined ? {} : { audiences: [audience] }),
      pod: { name: pod.metadata.name, uid: pod.metadata.uid },
    }).token;
  } catch (error) {
    throw volumeError(
      `failed to fetch token: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
