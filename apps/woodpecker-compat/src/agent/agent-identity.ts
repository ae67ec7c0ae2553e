import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@millrace/core';
import { unknownAgent } from '@millrace/woodpecker-protocol';

/** Where an agent keeps the id that the server knows it by. */
export interface AgentIdentity {
  readonly id: number;
  /** Keeps an id; whether that worked. */
  readonly keep: (id: number) => Promise<boolean>;
}

/** Reads the agent's id. A file that is not there, or makes no sense, means an agent that is not known yet. */
export async function readAgentIdentity(file: string, logger: Logger): Promise<AgentIdentity> {
  if (file === '') return { id: unknownAgent, keep: () => Promise.resolve(false) };
  const text = await readFile(file, 'utf8').catch((failure: unknown) => {
    if (!isAbsent(failure))
      logger.error(`could not read agent config file '${file}'`, { error: String(failure) });
    return '';
  });
  let kept = text;
  return {
    id: idIn(text, file, logger),
    keep: async (id) => {
      const next = JSON.stringify({ agent_id: id });
      if (next === kept) return true;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(`${file}.new`, next, { mode: 0o644 });
        await rename(`${file}.new`, file);
        kept = next;
        return true;
      } catch (failure) {
        logger.error(`could not write agent config file '${file}'`, { error: String(failure) });
        return false;
      }
    },
  };
}

function idIn(text: string, file: string, logger: Logger): number {
  if (text.trim() === '') return unknownAgent;
  try {
    const { agent_id: id } = JSON.parse(text) as { readonly agent_id?: unknown };
    if (typeof id === 'number' && Number.isInteger(id)) return id;
  } catch {
    // Told below.
  }
  logger.error(`the agent config file '${file}' makes no sense; the agent registers anew`);
  return unknownAgent;
}

const isAbsent = (failure: unknown): boolean =>
  failure instanceof Error && 'code' in failure && failure.code === 'ENOENT';
