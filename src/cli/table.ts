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
  for (const row of rows) grid.push([...row]);
  return grid.toString();
}
