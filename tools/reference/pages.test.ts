import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the pages of docs/reference are what `npm run docs` writes', () => {
  const tool = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--conditions=@millrace/source', tool, '--check'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
