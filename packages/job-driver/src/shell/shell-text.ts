/**
 * Tag for shell programs kept in TypeScript. Backslashes stay as written, except that `\${` is a plain `${` (a template
 * would take it for its own). Comment lines, indentation and empty lines go: the text travels in a pod's spec.
 */
export function shellText(strings: TemplateStringsArray): string {
  const lines = strings.raw
    .join('')
    .replaceAll('\\${', '${')
    .split('\n')
    .map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n');
}
