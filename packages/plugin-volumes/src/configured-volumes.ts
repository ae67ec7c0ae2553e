import type { ContainerSelector, JsonObject, PodContribution, Settings } from '@millrace/core';
import type { Mount, VolumeSet, VolumesSettings } from './settings.ts';
import { sized } from './volume.ts';

/** Sets in the order in which the pod lists them. */
export function orderedSets(
  sets: VolumesSettings['sets'],
): readonly (readonly [name: string, set: VolumeSet])[] {
  return Object.entries(sets).toSorted(
    ([leftName, left], [rightName, right]) =>
      left.rank - right.rank || (leftName < rightName ? -1 : 1),
  );
}

/** Names that several configured volumes have. Peers that send them as they are get a pod that the API refuses. */
export function duplicateNames({
  value: { sets },
  source,
}: Settings<VolumesSettings>): readonly PodContribution[] {
  const named = orderedSets(sets).flatMap(([set, { volumes }]) =>
    volumes.map(({ name }, index) => ({ name, source: source(['sets', set, 'volumes', index]) })),
  );
  return [...Map.groupBy(named, ({ name }) => name)].flatMap(
    ([name, [, second]]): readonly PodContribution[] =>
      second === undefined
        ? []
        : [
            {
              kind: 'decision',
              subject: `volume ${name}`,
              value: 'configured more than once',
              source: second.source,
              allowed: true,
              reason: 'the API server refuses a pod with two volumes of one name: rename one',
            },
          ],
  );
}

/** Every configured volume and mount, in order, each with the line that asked for it. */
export function configuredVolumes({
  value: { sets, sizeLimitWarnings },
  source,
}: Settings<VolumesSettings>): readonly PodContribution[] {
  return orderedSets(sets).flatMap(([name, set]) => [
    ...set.volumes.flatMap((configured, index): readonly PodContribution[] => {
      const from = source(['sets', name, 'volumes', index]);
      const { volume, fault } = sized(configured);
      const append: PodContribution = {
        kind: 'field',
        path: '/spec/volumes',
        op: 'append',
        value: volume,
        source: from,
      };
      if (fault === undefined) return [append];
      const warning: PodContribution = {
        kind: 'warn',
        code: 'volumes.bad-size-limit',
        text: `the size limit "${fault.quantity}" of volume "${configured.name}" is left out: ${fault.error}`,
        values: { ...fault, volume: configured.name },
        source: from,
      };
      return [append, ...Array.from({ length: sizeLimitWarnings }, () => warning)];
    }),
    ...set.mounts.map((mount, index): PodContribution => ({
      kind: 'field',
      on: selectorOf(mount),
      path: '/volumeMounts',
      op: 'append',
      value: manifestOf(mount),
      source: source(['sets', name, 'mounts', index]),
    })),
  ]);
}

function selectorOf({ roles, containers }: Mount): ContainerSelector {
  return {
    ...(roles === undefined ? {} : { role: roles }),
    ...(containers === undefined ? {} : { name: containers }),
  };
}

function manifestOf({ roles: _roles, containers: _containers, ...mount }: Mount): JsonObject {
  return Object.fromEntries(
    Object.entries(mount).filter(([, value]) => value !== undefined && value !== ''),
  );
}
