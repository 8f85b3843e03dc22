import type { DashboardSnapshot } from '../../api/dashboard.js';
import { formatDuration, formatTime } from '../format.js';
import { fleetWords } from '../words.js';
import type { ConnectionState } from './connection.js';
import { byId, setAttribute, setText } from './dom.js';

/** Without a snapshot for this long, the shown values are old. */
const staleMs = 5_000;

/** The name of the scorer, its health, and the state of the connection. */
export class Status {
  #connection: ConnectionState = { kind: 'connecting' };
  /** When the last snapshot came, by the page's own clock. */
  #heardAt: number | null = null;
  #announced = '';

  heard(snapshot: DashboardSnapshot): void {
    this.#heardAt = Date.now();
    const { title, model, uptimeSeconds, health, fleet } = snapshot;
    setText(byId('title'), title ?? model.name);
    setText(
      byId('subtitle'),
      `${title === null ? '' : `${model.name} `}version ${model.version}${fleet === undefined ? '' : ` on ${fleetWords(fleet)}`}, up for ${formatDuration(uptimeSeconds * 1_000)}`,
    );
    const active = snapshot.alerts.filter(({ clearedAt }) => clearedAt === null).length;
    document.title = `${active > 0 ? `(${active}) ` : ''}${title ?? model.name}${fleet === undefined ? '' : ` – ${fleetWords(fleet)}`} – fraud-scorer`;
    const chip = byId('health');
    chip.hidden = false;
    chip.title = health.reasons.join('\n');
    setAttribute(chip, 'data-state', health.status);
    setText(byId('health-text'), { ok: 'Healthy', degraded: 'Degraded', unavailable: 'Unavailable' }[health.status]);
  }

  connection(state: ConnectionState): void {
    this.#connection = state;
    this.show(false);
  }

  /** Call it every second too, because the values become old without an event. */
  show(isPaused: boolean): void {
    const age = this.#heardAt === null ? 0 : Date.now() - this.#heardAt;
    const isStale = this.#heardAt !== null && age > staleMs;
    const since = this.#heardAt === null ? '' : ` since ${formatTime(this.#heardAt)}`;
    const { kind } = this.#connection;
    const [state, text, notice] =
      kind === 'closed'
        ? ['closed', 'Closed', 'The scorer was closed. These are its last numbers.']
        : kind === 'reconnecting'
          ? [
              'reconnecting',
              'Reconnecting',
              `Reconnecting: ${this.#connection.kind === 'reconnecting' ? this.#connection.reason : ''}. Nothing new${since}.`,
            ]
          : isStale
            ? ['stale', 'Stale', `Stale: nothing new${since}.`]
            : kind === 'connecting'
              ? ['connecting', 'Connecting', '']
              : isPaused
                ? ['paused', 'Paused', 'Paused: the numbers stay as they were. Alerts are still announced.']
                : ['live', 'Live', ''];
    setAttribute(byId('connection'), 'data-state', state);
    setText(byId('connection-text'), text);
    const line = byId('stale');
    line.hidden = notice === '';
    setText(line, notice);
    // Announce only changes: an announcement every second would disturb.
    if (state !== this.#announced && state !== 'connecting') {
      if (this.#announced !== '' || state !== 'live') announce(`Connection: ${text}`);
      this.#announced = state;
    }
  }
}

/** Announces a text to users of screen readers. */
export function announce(text: string): void {
  setText(byId('announce'), text);
}
