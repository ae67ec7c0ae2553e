/** The cells of a line; a cell may contain single blanks. */
const cells = (line: string): readonly string[] =>
  line.split(/ {2,}/u).filter((cell) => cell !== '');

const lines = (table: string): readonly string[] => table.replace(/\n$/u, '').split('\n');

/** The headers of a table that `kubectl` has printed. */
export const columnsOf = (table: string): readonly string[] => cells(lines(table)[0] ?? '');

/** The rows below the headers. A cell that is empty is left out. */
export const rowsOf = (table: string): readonly (readonly string[])[] =>
  lines(table).slice(1).map(cells);
