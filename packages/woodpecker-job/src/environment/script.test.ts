import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { scriptVariables, stepScript } from './script.ts';

it.each([
  [['echo hello world'], 330, '7a6abbc23bf1b174c7620140673bb1aa5f2e3f1888437ae0e77ce8aa0ab70923'],
  [
    ['echo ${PATH}', 'go build', 'go test'],
    376,
    'f7d90776b02f04e51f6e924b3cbd2f1cfb1eebec4050ed26562c692eec2da87b',
  ],
])('the script of %j is what Woodpecker runs', (commands, bytes, hash) => {
  const script = stepScript(commands, '/woodpecker/some');
  expect([script.length, createHash('sha256').update(script).digest('hex')]).toEqual([bytes, hash]);
});

it.each([
  ['', "''"],
  ['a-b_c@d%e+f=g:h,i./j', 'a-b_c@d%e+f=g:h,i./j'],
  ["it's", `'it'"'"'s'`],
  ['a b', "'a b'"],
  ['ü', "'ü'"],
])('the command %j is shown as %s', (command, shown) => {
  expect(stepScript([command], '/w')).toContain(`\necho + ${shown}\n${command}\n`);
});

it('the launcher finds the script encoded', () => {
  const { CI_SCRIPT: script = '' } = scriptVariables(['é'], '/w');
  expect(Buffer.from(script, 'base64').toString('utf8')).toContain("echo + 'é'\né\n");
});
