import type { DashboardSnapshot } from '../../api/dashboard.js';
import { element } from './dom.js';

/** A part of the page below the charts. It is shown only while it has something to show. */
export interface Panel {
  readonly element: HTMLElement;
  /** @returns whether there is anything to show. */
  show(snapshot: DashboardSnapshot): boolean;
}

/** A card with a heading. */
export function card(title: string, id: string, ...children: readonly Node[]): HTMLElement {
  return element('section', { class: 'card', 'aria-labelledby': id }, element('h3', { id }, title), ...children);
}
