import { element, setAttribute, setText } from './dom.js';

/** A cell: its text, and a tone that gives it a colour. */
export interface Cell {
  text: string;
  tone?: 'good' | 'warning' | 'bad' | 'muted' | undefined;
  /** A share in [0, 1], drawn as a bar behind the text. */
  bar?: number;
}

export interface Column {
  name: string;
  isNumber?: boolean;
  /** The text is never broken over two lines. */
  isShort?: boolean;
}

/** A table whose cells are changed in place, so that reading it is not disturbed. On a narrow screen each row becomes a block. */
export class Table {
  readonly element: HTMLTableElement;
  readonly #columns: readonly Column[];
  // The roles are set explicitly, because a browser drops them if the style turns rows into blocks.
  readonly #body = element('tbody', { role: 'rowgroup' });

  constructor(caption: string, columns: readonly Column[]) {
    this.#columns = columns;
    const heads = columns.map((column) =>
      element('th', { scope: 'col', role: 'columnheader', class: classOf(column) }, column.name),
    );
    this.element = element(
      'table',
      { role: 'table' },
      element('caption', { class: 'hidden' }, caption),
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      this.#body,
    );
  }

  show(rows: readonly (readonly (Cell | string)[])[]): void {
    while (this.#body.rows.length > rows.length) this.#body.deleteRow(-1);
    for (const [index, cells] of rows.entries()) {
      const row = this.#body.rows[index] ?? this.#addRow();
      for (const [place, cell] of cells.entries())
        fill(row.cells[place], typeof cell === 'string' ? { text: cell } : cell);
    }
  }

  #addRow(): HTMLTableRowElement {
    const cells = this.#columns.map((column, index) => {
      const attributes = { 'data-label': column.name, class: classOf(column) };
      return index === 0
        ? element('th', { scope: 'row', role: 'rowheader', ...attributes })
        : element('td', { role: 'cell', ...attributes });
    });
    const row = element('tr', { role: 'row' }, ...cells);
    this.#body.append(row);
    return row;
  }
}

function classOf({ isNumber, isShort }: Column): string | null {
  return isNumber === true ? 'number' : isShort === true ? 'short' : null;
}

function fill(cell: HTMLTableCellElement | undefined, { text, tone, bar }: Cell): void {
  if (cell === undefined) return;
  setText(cell, text);
  setAttribute(cell, 'data-tone', tone ?? null);
  cell.classList.toggle('bar', bar !== undefined);
  if (bar !== undefined) cell.style.setProperty('--share', `${Math.round(bar * 1_000) / 10}%`);
}
