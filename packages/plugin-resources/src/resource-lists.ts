import type { FieldContribution, PodContribution, Settings, Source } from '@millrace/core';
import { childPointer } from '@millrace/kube-objects';
import { readQuantity } from './read-quantity.ts';
import type { ResourceLists, ResourcesSettings } from './settings.ts';

/** Both lists of `resources`, in the order in which they are looked at. */
export const listNames = ['requests', 'limits'] as const;

/** Where lists of resources stand in the settings. */
export interface ListsPlace {
  /** Name of the rule, or `pod`. */
  readonly scope: string;
  readonly path: readonly string[];
  readonly lists: ResourceLists;
  /** Members that have another value in the container at hand, `requests/cpu`. */
  readonly except?: ReadonlySet<string>;
}

/**
 * Wishes for every quantity, in Kubernetes' own text: `1.5` is sent as `1500m`, `1024Mi` as `1Gi`.
 * @param on - where: the containers, or the pod when absent
 */
export function resourceFields(
  { path, lists, except }: ListsPlace,
  on: FieldContribution['on'],
  source: Settings<ResourcesSettings>['source'],
): readonly PodContribution[] {
  return listNames.flatMap((list) =>
    Object.entries(lists[list]).flatMap(([resource, text]) => {
      if (text === '' || except?.has(`${list}/${resource}`) === true) return [];
      const read = readQuantity(text);
      if ('error' in read) return [];
      return [
        quantityField({ list, resource, text: read.text }, on, source([...path, list, resource])),
      ];
    }),
  );
}

/** One quantity of a list. */
export interface QuantityPlace {
  readonly list: (typeof listNames)[number];
  readonly resource: string;
  readonly text: string;
}

/** The wish for one quantity. */
export function quantityField(
  { list, resource, text }: QuantityPlace,
  on: FieldContribution['on'],
  source: Source,
): FieldContribution {
  return {
    kind: 'field',
    ...(on === undefined ? {} : { on }),
    path: childPointer(`${on === undefined ? '/spec' : ''}/resources/${list}`, resource),
    op: 'set',
    value: text,
    source,
  };
}

/** Refusals for what is no quantity. The job is not started, whether or not a container would have got it. */
export function badQuantities(
  { scope, path, lists }: ListsPlace,
  { value: { emptyQuantities }, source }: Settings<ResourcesSettings>,
): readonly PodContribution[] {
  return listNames.flatMap((list) =>
    Object.entries(lists[list]).flatMap(([resource, text]): readonly PodContribution[] => {
      if (text === '' && emptyQuantities === 'none') return [];
      const read = readQuantity(text);
      if (!('error' in read)) return [];
      return [
        {
          kind: 'refuse',
          code: 'resources.bad-quantity',
          text: `${scope}: the ${resource} in ${list} is "${text}", but ${read.error}`,
          values: { scope, list, resource, text, error: read.error },
          reason: 'configuration_error',
          source: source([...path, list, resource]),
        },
      ];
    }),
  );
}
