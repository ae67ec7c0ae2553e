import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowOffer } from '@millrace/woodpecker-protocol';

const suffix = '.offer';

/** Keeps a workflow that the server has handed out, until its record does; without a folder it is kept by nobody. */
export async function saveOffer(
  folder: string | undefined,
  job: string,
  offer: WorkflowOffer,
): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${job}${suffix}`);
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    const { id, timeoutMinutes, payload } = offer;
    const kept = { id, timeoutMinutes, payload: Buffer.from(payload).toString('base64') };
    await handle.writeFile(JSON.stringify(kept));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

/** Workflows that an earlier process took and may not have begun, by what they are called among the records. */
export async function savedOffers(
  folder: string | undefined,
): Promise<ReadonlyMap<string, WorkflowOffer>> {
  const offers = new Map<string, WorkflowOffer>();
  if (folder === undefined) return offers;
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith(suffix))) {
    const { id, timeoutMinutes, payload } = JSON.parse(
      await readFile(join(folder, name), 'utf8'),
    ) as { readonly id: string; readonly timeoutMinutes: number; readonly payload: string };
    const bytes = Buffer.from(payload, 'base64');
    offers.set(name.slice(0, -suffix.length), { id, timeoutMinutes, payload: bytes });
  }
  return offers;
}

/** Forgets a workflow that was handed out. */
export async function removeOffer(folder: string | undefined, job: string): Promise<void> {
  if (folder !== undefined) await rm(join(folder, `${job}${suffix}`), { force: true });
}
