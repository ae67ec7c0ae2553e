import type { ConfigProblem } from '@millrace/config';
import type { Binding } from '@millrace/core';

/** All keys of the peer that bindings claim, gates of overwrites included. */
export const claimedKeys = (bindings: readonly Binding[]): readonly string[] => [
  ...new Set(bindings.flatMap(keysOf)),
];

/** Keys that two plugins claim; one would have to lose. */
export function doubleClaims(bindings: readonly Binding[]): readonly ConfigProblem[] {
  const owners = new Map<string, string>();
  return bindings.flatMap((binding) =>
    keysOf(binding).flatMap((key): readonly ConfigProblem[] => {
      const owner = owners.get(key.toLowerCase());
      owners.set(key.toLowerCase(), binding.plugin);
      if (owner === undefined || owner === binding.plugin) return [];
      return [
        {
          severity: 'error',
          path: [],
          message: `plugins ${owner} and ${binding.plugin} both claim the key ${key}`,
          hint: 'load only one of them',
        },
      ];
    }),
  );
}

const keysOf = ({ rows, overwrites = [], unsupported = [] }: Binding): readonly string[] => [
  ...rows.map(({ key }) => key),
  ...overwrites.map(({ gate }) => gate.key),
  ...unsupported.map(({ key }) => key),
];
