import { readAgentSettings } from '../agent/agent-settings.ts';
import { startAgent } from '../agent/start-agent.ts';
import { openAgentLogger } from '../terminal/agent-logger.ts';
import type { CommandContext } from './command-context.ts';

/** Runs the agent until it is told to end. */
export async function agent(context: CommandContext): Promise<number> {
  const { environment, flags, stdout, stderr, signal, abort } = context;
  const input = { environment, flags };
  const settings = await readAgentSettings(input, { signal });
  const logger = openAgentLogger({
    level: settings.logLevel,
    file: settings.logFile,
    pretty: settings.pretty,
    noColor: settings.noColor,
    environment,
    stdout,
    stderr,
  });
  try {
    await startAgent({ settings, input, logger, signal, abort });
  } catch (failure) {
    if (!signal.aborted) throw failure;
  }
  if (signal.aborted) logger.info('termination signal is received, shutting down agent');
  return 0;
}
