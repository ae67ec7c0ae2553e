/**
 * Finds a table's key as BurntSushi/toml matches keys to fields: the exact name first, then ignoring case.
 * Underscores count: `allowPrivilegeEscalation` is not `allow_privilege_escalation`, `CPU_LIMIT` is `cpu_limit`.
 * @returns the key as written, or `undefined`
 */
export function lookupKey(table: object, name: string): string | undefined {
  if (Object.hasOwn(table, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(table).find((key) => key.toLowerCase() === folded);
}
