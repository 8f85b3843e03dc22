import type { AlertRule } from '../../api/alerts.js';
import type { DashboardSnapshot } from '../../api/dashboard.js';
import { formatCount, formatGib, formatMs, formatShare, formatShort } from '../format.js';
import { element, setAttribute, setText } from './dom.js';

interface Tile {
  name: string;
  /** The large number. */
  value(snapshot: DashboardSnapshot): string;
  /** A note below it. */
  note(snapshot: DashboardSnapshot): string;
  tone?(snapshot: DashboardSnapshot): 'warning' | 'bad' | null;
}

const toneOfRule = ({ alerts }: DashboardSnapshot, ...rules: AlertRule[]): 'warning' | 'bad' | null => {
  const active = alerts.filter(({ clearedAt, rule }) => clearedAt === null && rules.some((name) => name === rule));
  if (active.length === 0) return null;
  return active.some(({ severity }) => severity === 'critical') ? 'bad' : 'warning';
};

const tiles: readonly Tile[] = [
  {
    name: 'Answered a second',
    value: ({ point }) => formatShort(point.answered),
    note: ({ requests }) => `${formatShort(requests.succeeded)} since the start`,
    tone: (snapshot) => toneOfRule(snapshot, 'throughput'),
  },
  {
    name: 'P99 latency',
    value: ({ recent }) => formatMs(recent.latencyMs.p99),
    note: ({ recent }) => `P50 ${formatMs(recent.latencyMs.p50)}, longest ${formatMs(recent.latencyMs.max)}`,
    tone: (snapshot) => toneOfRule(snapshot, 'latency', 'targetLatency'),
  },
  {
    name: 'Errors',
    value: ({ recent }) => formatShare(recent.errorRate),
    note: ({ requests }) =>
      `${formatCount(requests.failed)} failed, ${formatCount(requests.expired)} expired, ${formatCount(requests.rejected)} refused`,
    tone: (snapshot) => toneOfRule(snapshot, 'errorRate', 'fallbackRate', 'fastBurnRate', 'slowBurnRate'),
  },
  {
    name: 'Waiting',
    value: ({ queue }) => formatShort(queue.depth),
    note: ({ queue }) => `oldest ${formatMs(queue.oldestWaitMs)}, ${formatShort(queue.inFlight)} with workers`,
    tone: (snapshot) => toneOfRule(snapshot, 'queueDepth'),
  },
  {
    name: 'Blocked',
    value: ({ decisions }) => formatShare(share(decisions.BLOCK, decisions)),
    note: ({ decisions }) =>
      `${formatCount(decisions.BLOCK)} of all; ${formatShare(share(decisions.REVIEW, decisions))} to review`,
  },
  {
    name: 'Workers ready',
    value: ({ workers }) => `${workers.ready} of ${workers.configured}`,
    note: ({ workers, point }) => `${workers.lost} lost; ${formatGib(point.memoryGb)}`,
    tone: ({ workers: { ready, configured } }) => (ready === 0 ? 'bad' : ready < configured ? 'warning' : null),
  },
];

function share(part: number, { APPROVE, REVIEW, BLOCK }: DashboardSnapshot['decisions']): number | null {
  const all = APPROVE + REVIEW + BLOCK;
  return all === 0 ? null : part / all;
}

/** The row of large numbers. */
export class Tiles {
  readonly #tiles: { tile: Tile; root: HTMLElement; value: HTMLElement; note: HTMLElement }[];

  constructor(parent: HTMLElement) {
    this.#tiles = tiles.map((tile) => {
      const value = element('dd', { class: 'value' }, '–');
      const note = element('dd', { class: 'note' });
      const root = element('div', { class: 'card tile' }, element('dt', {}, tile.name), value, note);
      parent.append(root);
      return { tile, root, value, note };
    });
  }

  show(snapshot: DashboardSnapshot): void {
    for (const { tile, root, value, note } of this.#tiles) {
      const tone = tile.tone?.(snapshot) ?? null;
      setAttribute(root, 'data-tone', tone);
      setText(value, tile.value(snapshot));
      setText(note, tile.note(snapshot));
    }
  }
}
