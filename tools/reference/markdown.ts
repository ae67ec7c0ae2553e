/** A page: title, what it is, and where it comes from. Generated tables are narrow, which the formatter would undo. */
export function page(title: string, about: string, ...blocks: readonly string[]): string {
  return `${[
    `# ${title}`,
    `<!-- Written by \`npm run docs\`; change its sources instead. -->`,
    about,
    '<!-- prettier-ignore-start -->',
    ...blocks.filter((block) => block !== ''),
    '<!-- prettier-ignore-end -->',
  ].join('\n\n')}\n`;
}

/** A table, or nothing without rows. Cells are Markdown; an empty cell says nothing. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text as code; nothing for nothing. */
export function code(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Outside code, `<` would begin a tag; a bar would end the cell everywhere. */
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/`[^`]*`|[<|]/g, (part) =>
      part === '<' ? '&lt;' : part.replaceAll('|', String.raw`\|`),
    );
}
