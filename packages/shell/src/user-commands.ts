import { BOLD_GREEN, RESET } from './colors.ts';
import type { Quoting } from './quote.ts';
import { quoteWord } from './quote.ts';
import type { UserCommandOptions } from './script-builder.ts';
import { sectionLines } from './section-lines.ts';

/**
 * One command of a user with the lines that show it before it runs. The command's own lines stand as they are, at the
 * start of a line.
 */
export function userCommandLines(
  command: string,
  index: number,
  options: UserCommandOptions & { readonly quoting: Quoting },
): readonly string[] {
  const text = command.trim();
  if (text === '') return ["printf '\\n'"];
  return [...echoLines(text, index, options), text];
}

function echoLines(
  text: string,
  index: number,
  {
    prefix = 'script_step',
    sections = false,
    quoting,
  }: UserCommandOptions & { readonly quoting: Quoting },
): readonly string[] {
  const [first = '', ...more] = text.split('\n');
  const show = (shown: string): string =>
    `printf '%s\\n' ${quoteWord(`${BOLD_GREEN}$ ${shown}${RESET}`, quoting)}`;
  if (more.length === 0) return [show(text)];
  if (!sections) return [show(`${first} # collapsed multi-line command`)];
  const { start, end } = sectionLines(
    {
      name: `${prefix}_${index}`,
      header: '',
      options: { hide_duration: 'true', collapsed: 'true' },
    },
    quoting,
  );
  const [open = ''] = start;
  return [open, show(text), ...end];
}
