import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { repoRoot } from '../repo/workspace.ts';
import { anchors, links } from './markdown-links.ts';

const read = (file: string): string => readFileSync(join(repoRoot, file), 'utf8');

/** Markdown of the checkout, committed or not, without what git ignores. */
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: repoRoot,
})
  .toString()
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(repoRoot, file)));

/** What is wrong with a relative link, if anything. */
function fault(file: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (target.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(repoRoot, target))) return 'leads to nothing';
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchors(read(target)).includes(anchor) ? undefined : 'has no such heading';
}

it.each(files)('%s has no dead relative link', (file) => {
  const dead = links(read(file)).flatMap((link) => {
    const wrong = fault(file, link);
    return wrong === undefined ? [] : [`${link} ${wrong}`];
  });
  expect(dead).toEqual([]);
});

it.each<[string, readonly string[]]>([
  ['see [a](b.md#c) and [d](<e f.md> "title")', ['b.md#c', 'e f.md']],
  ['[a]: b.md', ['b.md']],
  ['![a](b.png)', ['b.png']],
  ['[a](https://b.example/c) [d](mailto:e@f.example)', []],
  ['`[a](b.md)` and\n```sh\n[c](d.md)\n```', []],
])('finds in %j the relative links %j', (text, expected) => {
  expect(links(text)).toEqual(expected);
});

it('names anchors as GitHub does', () => {
  expect(anchors('# The `x` of Y: 1.2!\n## Same\n## Same')).toEqual([
    'the-x-of-y-12',
    'same',
    'same-1',
  ]);
});
