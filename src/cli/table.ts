import Table from 'cli-table3';

/**
 * Formats a table of texts without colours, because it may go into a file or a ticket.
 *
 * @param widths widths of the columns in characters, if long texts must be wrapped.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[] = [],
): string {
  const style = { head: [], border: [], compact: true };
  const grid = new Table({ head: [...head], style, wordWrap: true, colWidths: [...widths] });
  for (const row of rows) grid.push(row.map((cell, column) => broken(cell, widths[column])));
  return grid.toString();
}

/** Breaks words that are longer than the column, such as paths. The table would cut them off. */
function broken(cell: string, width: number | undefined): string {
  const room = (width ?? 0) - 2;
  return room < 1 ? cell : cell.replace(new RegExp(`\\S{${room}}(?=\\S)`, 'g'), '$& ');
}
