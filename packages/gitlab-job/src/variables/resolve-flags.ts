import { parseGoBool } from '@millrace/config';
import { featureFlags } from './feature-flags.ts';

/** Feature flags as they count for one job. */
export interface ResolvedFlags {
  readonly isOn: (flag: string) => boolean;
  /** All flags, in the order of their definition. */
  readonly entries: readonly (readonly [string, boolean])[];
  /** Texts of values that are no booleans; each flag then keeps its default. */
  readonly problems: readonly string[];
}

/**
 * The runner's table counts before a variable, a variable before the default.
 * @param lookUp - text of a flag among the runner's environment and the job's variables
 */
export function resolveFlags(
  table: Readonly<Record<string, boolean>>,
  lookUp: (flag: string) => string | undefined,
): ResolvedFlags {
  const problems: string[] = [];
  const entries = [...featureFlags].map(([flag, preset]) => {
    const set = table[flag];
    if (set !== undefined) return [flag, set] as const;
    const text = lookUp(flag);
    const value = text === undefined || text === '' ? preset : parseGoBool(text);
    if (value === undefined)
      problems.push(`${flag}: could not parse feature flag, expected bool, got ${text ?? ''}`);
    return [flag, value ?? preset] as const;
  });
  const on = new Set(entries.flatMap(([flag, value]) => (value ? [flag] : [])));
  return { isOn: (flag) => on.has(flag), entries, problems };
}

/** `FF_A:true, FF_B:false` for the flags that differ from their defaults; empty when none does. */
export function describeFlags({ entries }: ResolvedFlags): string {
  return entries
    .filter(([flag, value]) => featureFlags.get(flag) !== value)
    .map(([flag, value]) => `${flag}:${value}`)
    .join(', ');
}
