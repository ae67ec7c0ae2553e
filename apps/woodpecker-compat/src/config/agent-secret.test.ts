import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentSecret } from './agent-secret.ts';
import { agentValues } from './agent-values.ts';

const { signal } = new AbortController();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-secret-'));
  await writeFile(join(folder, 'token'), 'of-the-file\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const secretOf = (
  environment: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, string>> = {},
): Promise<string> =>
  agentSecret({ environment, flags }, agentValues({ ...environment, ...flags }), { signal });

it('the flag wins over a file, a file over the variable; without them there is none', async () => {
  const variable = { WOODPECKER_AGENT_SECRET: ' of-the-variable ' };
  const file = { WOODPECKER_AGENT_SECRET_FILE: join(folder, 'token') };
  expect(await secretOf({ ...variable, ...file })).toBe('of-the-file');
  expect(await secretOf(variable)).toBe('of-the-variable');
  expect(await secretOf({ ...variable, ...file }, { WOODPECKER_AGENT_SECRET: 'of-the-flag' })).toBe(
    'of-the-flag',
  );
  expect(await secretOf({})).toBe('');
});

it('a file that is not there is an error with its variable', async () => {
  await expect(secretOf({ WOODPECKER_AGENT_SECRET_FILE: '/not/there' })).rejects.toThrow(
    /WOODPECKER_AGENT_SECRET_FILE: \/not\/there cannot be read/,
  );
});
