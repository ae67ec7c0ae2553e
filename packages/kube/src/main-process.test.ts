import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

/** Reports every module that a process loads while it resolves a kubeconfig and connects. */
const program = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
const { connect, resolveConnection } = await import(process.argv[2]);
const { signal } = new AbortController();
const facts = await resolveConnection({ kind: 'kubeconfig', file: process.argv[3], env: {} }, { signal });
const log = () => undefined;
const logger = { debug: log, info: log, warn: log, error: log };
await connect(facts, { userAgent: 'x', clock: { now: Date.now, monotonic: Date.now }, logger }).close();
console.log(JSON.stringify({ token: facts.token, loaded }));
`;

it('loads neither client-node nor all of undici into the main process, for their memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-graph-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://c' } }],
    users: [{ name: 'u', user: { token: 'abc' } }],
  };
  await writeFile(join(folder, 'config'), JSON.stringify(config));
  await writeFile(join(folder, 'program.mjs'), program);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@millrace/source',
    join(folder, 'program.mjs'),
    new URL('index.ts', import.meta.url).href,
    join(folder, 'config'),
  ]);
  const { token, loaded } = JSON.parse(stdout) as { token: string; loaded: string[] };
  expect(token).toBe('abc');
  expect(loaded.some((url) => url.includes('/undici/'))).toBe(true);
  expect(loaded.filter((url) => url.includes('client-node'))).toEqual([]);
  expect(loaded.filter((url) => url.includes('/undici/lib/web/fetch/index'))).toEqual([]);
});
