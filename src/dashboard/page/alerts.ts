import type { DashboardAlert, DashboardSnapshot } from '../../api/dashboard.js';
import { formatDuration, formatTime } from '../format.js';
import { eventWords } from '../words.js';
import { element, setAttribute, setText } from './dom.js';
import { card, type Panel } from './panel.js';
import { type Cell, Table } from './table.js';

interface Shown {
  root: HTMLElement;
  mark: HTMLElement;
  message: HTMLElement;
  since: HTMLElement;
}

/** The active alerts, shown at the top. */
export class ActiveAlerts {
  readonly #parent: HTMLElement;
  readonly #nodes: Shown[] = [];
  readonly #none = element(
    'p',
    { class: 'all-well' },
    element('span', { 'aria-hidden': 'true' }, '✓ '),
    'No alert is active.',
  );

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  show({ alerts, at }: DashboardSnapshot): void {
    const active = alerts.filter(({ clearedAt }) => clearedAt === null);
    for (const surplus of this.#nodes.splice(active.length)) surplus.root.remove();
    for (const [index, alert] of active.entries()) {
      const { root, mark, message, since } = this.#nodes[index] ?? this.#add();
      setAttribute(root, 'data-tone', alert.severity === 'critical' ? 'bad' : 'warning');
      setText(mark, alert.severity === 'critical' ? '✖ Critical' : '▲ Warning');
      setText(message, textOf(alert));
      setText(since, `for ${formatDuration(at - alert.raisedAt)}`);
    }
    if (active.length > 0) this.#none.remove();
    else if (this.#none.parentNode === null) this.#parent.append(this.#none);
  }

  #add(): Shown {
    const [mark, message, since] = [
      element('strong'),
      element('span', { class: 'message' }),
      element('span', { class: 'since' }),
    ];
    const root = element('p', { class: 'alert' }, mark, ' ', message, ' ', since);
    this.#parent.append(root);
    const added = { root, mark, message, since };
    this.#nodes.push(added);
    return added;
  }
}

/** Alerts that were raised and cleared. */
export class AlertHistory implements Panel {
  readonly #table = new Table('Alerts, the latest first', [
    { name: 'Raised', isShort: true },
    { name: 'Rule', isShort: true },
    { name: 'State', isShort: true },
    { name: 'Value and limit' },
  ]);
  readonly #none = element('p', { class: 'note' }, 'No alert since the scorer is watched.');
  readonly element = card('Alert history', 'alert-history-title', this.#table.element, this.#none);

  constructor() {
    this.element.classList.add('half');
  }

  show({ alerts }: DashboardSnapshot): boolean {
    this.#table.show(alerts.slice(0, 12).map(cellsOf));
    this.#table.element.hidden = alerts.length === 0;
    this.#none.hidden = alerts.length > 0;
    return true;
  }
}

function cellsOf(alert: DashboardAlert): (Cell | string)[] {
  const { raisedAt, clearedAt, severity } = alert;
  const name = severity === 'critical' ? '✖ critical' : '▲ warning';
  return [
    formatTime(raisedAt),
    alert.rule,
    clearedAt === null
      ? { text: `${name}, active`, tone: severity === 'critical' ? 'bad' : 'warning' }
      : { text: `✓ cleared after ${formatDuration(clearedAt - raisedAt)}`, tone: 'good' },
    textOf(alert),
  ];
}

function textOf({ message, version }: DashboardAlert): string {
  return version === null ? message : `${message} (version ${version})`;
}

/** Events of versions and workers. */
export class EventLog implements Panel {
  readonly #table = new Table('Events of versions and workers, the latest first', [
    { name: 'Time', isShort: true },
    { name: 'Version' },
    { name: 'What happened' },
  ]);
  readonly #none = element('p', { class: 'note' }, 'Nothing has happened since the scorer is watched.');
  readonly element = card('Deployments and workers', 'events-title', this.#table.element, this.#none);

  constructor() {
    this.element.classList.add('half');
  }

  show({ events }: DashboardSnapshot): boolean {
    this.#table.show(
      events.slice(0, 12).map((event) => [formatTime(event.at), event.version ?? '–', eventWords(event)]),
    );
    this.#table.element.hidden = events.length === 0;
    this.#none.hidden = events.length > 0;
    return true;
  }
}
