import type { JsonObject, JsonValue, Transfer } from '@millrace/core';
import { sourcesTar } from '@millrace/local-jobs';
import type { ArtifactFolder } from './artifacts.ts';

/** The tar streams of one local job: sources and the artifacts of earlier jobs in, its own artifacts out. */
export function jobTransfers(
  job: string,
  payload: JsonObject,
  folder: string,
  sources: readonly string[],
  artifacts: ArtifactFolder,
): Readonly<Record<string, Transfer>> {
  const dependencies = Array.isArray(payload['dependencies'])
    ? (payload['dependencies'] as readonly JsonValue[])
    : [];
  const incoming = dependencies.flatMap((dependency) => {
    const name =
      typeof dependency === 'object' && dependency !== null && 'name' in dependency
        ? dependency['name']
        : undefined;
    return typeof name === 'string'
      ? [
          [
            `artifacts:${name}`,
            { direction: 'receive', open: () => artifacts.open(name) } satisfies Transfer,
          ] as const,
        ]
      : [];
  });
  return {
    sources: {
      direction: 'receive',
      open: ({ signal }) => sourcesTar(folder, sources, { signal }),
    },
    artifacts: {
      direction: 'send',
      take: (tar, { signal }) => artifacts.save(job, tar, { signal }),
    },
    ...Object.fromEntries(incoming),
  };
}
