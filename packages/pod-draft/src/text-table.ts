/**
 * Lines of a table with aligned columns, two blanks between them.
 * @param limits - widest cell of each column in characters; longer cells are cut
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  limits: readonly number[],
): readonly string[] {
  const cells = rows.map((row) =>
    row.map((cell, column) => shorten(cell, limits[column] ?? Infinity)),
  );
  const widths = limits.map((_, column) =>
    Math.max(0, ...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A text on one line of at most `limit` characters. */
function shorten(text: string, limit: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
