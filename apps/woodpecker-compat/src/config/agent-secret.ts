import { readFile } from 'node:fs/promises';
import { RunnerError } from '@millrace/core';
import type { AgentInput } from './agent-config.ts';
import type { AgentValues } from './agent-values.ts';

const variable = 'WOODPECKER_AGENT_SECRET';
const fileVariable = 'WOODPECKER_AGENT_SECRET_FILE';

/**
 * The agent's token: of the flag, else of the file that `WOODPECKER_AGENT_SECRET_FILE` names, else of the variable; without
 * blanks around it, empty where nothing says one.
 * @throws RunnerError `MILLRACE_E_CONFIG_UNREADABLE` when the file cannot be read
 */
export async function agentSecret(
  { environment, flags }: AgentInput,
  values: Pick<AgentValues, 'text'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<string> {
  const file = environment[fileVariable] ?? '';
  if (file === '' || flags[variable] !== undefined) return values.text('grpc-token').trim();
  try {
    return (await readFile(file, { encoding: 'utf8', signal })).trim();
  } catch (cause) {
    throw new RunnerError(
      `${fileVariable}: ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'MILLRACE_E_CONFIG_UNREADABLE',
        kind: 'config',
        hint: 'name a file that this user may read, or unset the variable',
        cause,
      },
    );
  }
}
