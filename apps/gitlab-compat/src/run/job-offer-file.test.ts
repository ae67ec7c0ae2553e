import { mkdtemp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { markTold, removeOffer, savedOffers, saveOffer } from './job-offer-file.ts';

let logs: string;
beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), 'millrace-offers-'));
});
afterEach(() => rm(logs, { recursive: true }));

const saved = {
  offer: { id: 7, token: 'glcbt-secret', payload: { id: 7 }, correlationId: 'c' },
  slots: { runner: 2, project: 1 },
};
const found = async () => {
  const damaged: string[] = [];
  return { ...(await savedOffers(logs, (name) => void damaged.push(name))), damaged };
};

it('keeps an offer for the next process, for nobody else to read', async () => {
  const folder = join(logs, '7');
  await saveOffer(folder, saved);
  expect((await found()).offers).toEqual(new Map([['7', saved]]));
  expect((await stat(join(folder, 'offer.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

it('an offer that was told is none any more, before its folder is removed', async () => {
  const folder = join(logs, '7');
  await saveOffer(folder, saved);
  await markTold(folder);
  expect(await found()).toEqual({ offers: new Map(), told: new Set(['7']), damaged: [] });
  await removeOffer(folder);
  expect(await readdir(logs)).toEqual([]);
});

it('a damaged offer hides no other, nor does a crash before an offer was whole', async () => {
  await saveOffer(join(logs, '7'), saved);
  await mkdir(join(logs, '8'));
  await writeFile(join(logs, '8', 'offer.json'), '{"offer":');
  await mkdir(join(logs, '9'));
  await writeFile(join(logs, '9', 'offer.json.new'), '{"offer":');
  expect(await found()).toEqual({
    offers: new Map([['7', saved]]),
    told: new Set(),
    damaged: ['8'],
  });
});
