import { readAgentSettings } from '../agent/agent-settings.ts';
import type { CommandContext } from './command-context.ts';

/** Asks a running agent how it is; the check of a container. */
export async function ping({
  environment,
  flags,
  stderr,
  signal,
}: CommandContext): Promise<number> {
  const { healthAddress } = await readAgentSettings({ environment, flags }, { signal });
  const address = healthAddress.startsWith(':') ? `localhost${healthAddress}` : healthAddress;
  try {
    const { status } = await fetch(`http://${address}/healthz`, { signal });
    if (status === 200) return 0;
    stderr.write(`agent returned non-200 status code: ${status}\n`);
  } catch (failure) {
    const reason =
      failure instanceof Error && failure.cause instanceof Error
        ? failure.cause.message
        : String(failure);
    stderr.write(`no agent answers at ${address}: ${reason}\n`);
  }
  return 1;
}
