import type { ConfigProblem } from '@millrace/config';
import type { Binding } from '@millrace/core';

/** All keys of the peer that bindings claim, gates of overwrites and options included. */
export const claimedKeys = (bindings: readonly Binding[]): readonly string[] => [
  ...new Set(bindings.flatMap((binding) => claimsOf(binding).map(({ key }) => key))),
];

/** Keys that two plugins claim without both sharing them; one would have to lose. */
export function doubleClaims(bindings: readonly Binding[]): readonly ConfigProblem[] {
  const claims = new Map<string, Claim>();
  return bindings.flatMap(claimsOf).flatMap((claim): readonly ConfigProblem[] => {
    const { key, plugin, shared } = claim;
    const other = claims.get(key.toLowerCase()) ?? claim;
    claims.set(key.toLowerCase(), claim);
    if (other.plugin === plugin || (other.shared && shared)) return [];
    return [
      {
        severity: 'error',
        path: [],
        message: `plugins ${other.plugin} and ${plugin} both claim the key ${key}`,
        hint: 'load only one of them',
      },
    ];
  });
}

interface Claim {
  readonly key: string;
  readonly plugin: string;
  readonly shared: boolean;
}

function claimsOf({
  plugin,
  rows,
  overwrites = [],
  options = [],
  unsupported = [],
}: Binding): readonly Claim[] {
  const alone = [
    ...overwrites.map(({ gate }) => gate),
    ...options.flatMap(({ gate }) => gate ?? []),
    ...unsupported,
  ];
  return [
    ...rows.map(({ key, shared = false }) => ({ key, plugin, shared })),
    ...alone.map(({ key, ...gate }) => ({
      key,
      plugin,
      shared: 'shared' in gate && gate.shared,
    })),
  ];
}
