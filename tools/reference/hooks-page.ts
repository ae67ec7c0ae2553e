import { hookTable, type HookName } from '@millrace/core';
import { code, page, table } from './markdown.ts';
import { hookSentences } from './missing-sentences.ts';
import { declaration, members, readSource, type Member } from './source-comments.ts';

const source = 'packages/core/src/hooks.ts';

/** Hooks in the order of the source. */
export function hookMembers(): readonly Member[] {
  const body = declaration(readSource(source), 'interface HookHandlers {', '}');
  return members(body, /readonly (\w+): \(([^)]*?)\) =>/);
}

/** `docs/reference/hooks.md` */
export function hooksPage(): string {
  const rows = hookMembers().map(({ name, doc, rest }) => {
    const { kind, budget } = hookTable[name as HookName];
    const parameters = [...rest.matchAll(/(\w+):/g)].map(([, parameter]) => parameter);
    return [
      code(name),
      code(kind),
      budget === 0 ? '' : `${budget / 1000} s`,
      code(parameters.join(', ')),
      doc ?? hookSentences[name] ?? '',
    ];
  });
  return page(
    'Hooks',
    `What a plugin can tap, from [the contracts](../../${source}). How handlers are written and ordered is in
[Write a plugin](../plugins/write-a-plugin.md). A handler with a budget must settle within it; the others are not
limited. What a handler needs besides comes as one more argument at the end.`,
    table(['Hook', 'Kind', 'Budget', 'Arguments', 'What it is for'], rows),
    '## Kinds',
    kinds(),
  );
}

/** The list in the comment of `HookKind`. */
function kinds(): string {
  const comment = declaration(
    readSource(source),
    ' * How the handlers of a hook come together.',
    ' */',
  );
  return table(
    ['Kind', 'How handlers come together'],
    [...comment.matchAll(/\* - (`\w+`): (.*)/g)].map(([, kind = '', how = '']) => [kind, how]),
  );
}
