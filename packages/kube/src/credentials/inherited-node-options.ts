/**
 * The Node options that a child process of ours needs: those that say how modules are found and loaded. Others would
 * harm: `-e` would run the parent's program again, an inspector port is taken.
 */
export function inheritedNodeOptions(execArgv: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const [index, option] of execArgv.entries()) {
    const [name = '', value] = option.split('=', 2);
    if (!moduleOptions.has(name)) continue;
    kept.push(option);
    const next = execArgv[index + 1];
    if (value === undefined && next !== undefined) kept.push(next);
  }
  return kept;
}

const moduleOptions: ReadonlySet<string> = new Set(['--conditions', '-C', '--import', '--require']);
