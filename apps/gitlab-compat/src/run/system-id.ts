import { createHmac } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger, Random } from '@millrace/core';

const valid = /^[sr]_[0-9a-zA-Z]{12}$/;
const machineIdFiles = ['/var/lib/dbus/machine-id', '/etc/machine-id'];

/** What the system id comes from, and who is told. */
export interface SystemIdOptions {
  /** The configuration file; the id lies beside it. */
  readonly configFile: string;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly machineIdFiles?: readonly string[];
}

/**
 * Which machine this is for GitLab: `.runner_system_id` beside the configuration, made from the machine's own id (or by
 * chance) where it is missing or not of its form. That it cannot be saved is a warning.
 */
export async function readSystemId(options: SystemIdOptions): Promise<string> {
  const { configFile, logger, signal } = options;
  const file = join(dirname(configFile), '.runner_system_id');
  const stored = (await readFile(file, { encoding: 'utf8', signal }).catch(() => '')).trim();
  signal.throwIfAborted();
  if (valid.test(stored)) return stored;
  const id = await makeSystemId(options);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, id, { mode: 0o600, signal });
    logger.info('Created missing unique system ID', { system_id: id });
  } catch (failure) {
    signal.throwIfAborted();
    const why = failure instanceof Error ? failure.message : String(failure);
    logger.warn(`Couldn't save new system ID on state file. ${why}`);
  }
  return id;
}

/** The id that this machine would have without a file. */
export async function makeSystemId({
  random,
  machineIdFiles: files = machineIdFiles,
}: Pick<SystemIdOptions, 'machineIdFiles' | 'random'>): Promise<string> {
  for (const file of files) {
    const machine = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (machine === '') continue;
    const digest = createHmac('sha256', machine).update('gitlab-runner').digest('hex');
    return `s_${digest.slice(0, 12)}`;
  }
  return `r_${random.name(12)}`;
}
