import type { DashboardSnapshot } from '../../api/dashboard.js';
import type { Decision } from '../../api/result.js';
import { formatCount, formatShare } from '../format.js';
import { element, setText } from './dom.js';
import { card, type Panel } from './panel.js';
import { type Cell, Table } from './table.js';

const decisions: readonly Decision[] = ['APPROVE', 'REVIEW', 'BLOCK'];

interface Matrix {
  root: HTMLElement;
  title: HTMLElement;
  table: Table;
  note: HTMLElement;
}

/** The flips of each shadow. */
export class ShadowPanel implements Panel {
  readonly element = card('Shadow flips', 'shadow-title');
  readonly #tables: Matrix[] = [];

  show({ versions }: DashboardSnapshot): boolean {
    const shadows = versions.flatMap(({ version, role, shadow }) =>
      shadow === null || role === 'retired' ? [] : [{ version, shadow }],
    );
    for (const surplus of this.#tables.splice(shadows.length)) surplus.root.remove();
    for (const [index, { version, shadow }] of shadows.entries()) {
      const { title, table, note } = this.#tables[index] ?? this.#add();
      const all = decisions.flatMap((primary) => decisions.map((own) => shadow.flips[primary][own]));
      const total = all.reduce((sum, count) => sum + count, 0);
      const same = decisions.reduce((sum, decision) => sum + shadow.flips[decision][decision], 0);
      setText(title, `${version} against the primary`);
      table.show(
        decisions.map((primary) => [
          primary,
          ...decisions.map((own) => cellOf(shadow.flips[primary][own], total, primary === own)),
        ]),
      );
      const dropped = Object.values(shadow.dropped).reduce((sum, count) => sum + count, 0);
      setText(
        note,
        total === 0
          ? 'Nothing compared yet.'
          : `${formatShare((total - same) / total)} of ${formatCount(total)} decided otherwise; ${formatCount(dropped)} not compared; PSI ${shadow.psi?.toFixed(3) ?? '–'}.`,
      );
    }
    return shadows.length > 0;
  }

  #add(): Matrix {
    const title = element('h4');
    const table = new Table('Rows: the primary. Columns: the shadow.', [
      { name: 'primary ↓ shadow →' },
      ...decisions.map((name) => ({ name, isNumber: true })),
    ]);
    table.element.classList.add('matrix');
    const note = element('p', { class: 'note' });
    const root = element('div', {}, title, table.element, note);
    this.element.append(root);
    const added = { root, title, table, note };
    this.#tables.push(added);
    return added;
  }
}

function cellOf(count: number, total: number, isSame: boolean): Cell {
  const tone = isSame ? 'muted' : count > 0 ? 'warning' : undefined;
  return { text: formatCount(count), tone, bar: total === 0 || isSame ? 0 : Math.min((count / total) * 10, 1) };
}
