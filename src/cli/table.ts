import Table from 'cli-table3';

/**
 * A table of texts, without colours: it may go into a file or a ticket.
 *
 * @param widths of its columns, in characters, where long texts are to be wrapped.
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
