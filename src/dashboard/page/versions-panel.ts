import type { DashboardSnapshot, DashboardVersion } from '../../api/dashboard.js';
import { formatCount, formatMs, formatShare } from '../format.js';
import { canaryWords, roleWords } from '../words.js';
import { card, type Panel } from './panel.js';
import { type Cell, Table } from './table.js';

/** The versions that serve, with their shares and results. */
export class VersionsPanel implements Panel {
  readonly #table = new Table('Versions of the model', [
    { name: 'Version' },
    { name: 'Role', isShort: true },
    { name: 'Traffic', isNumber: true },
    { name: 'Answered', isNumber: true },
    { name: 'Errors', isNumber: true },
    { name: 'P50', isNumber: true },
    { name: 'P99', isNumber: true },
    { name: 'Review', isNumber: true },
    { name: 'Block', isNumber: true },
    { name: 'Workers', isNumber: true },
    { name: 'State' },
  ]);
  readonly element = card('Versions', 'versions-title', this.#table.element);

  constructor() {
    this.element.classList.add('wide');
  }

  show({ versions }: DashboardSnapshot): boolean {
    this.#table.show(versions.map(cellsOf));
    return versions.length > 0;
  }
}

function cellsOf(version: DashboardVersion): (Cell | string)[] {
  const { role, traffic, requests, errorRate, latencyMs, reviewShare, blockShare, workers } = version;
  const isRetired = role === 'retired';
  return [
    version.version,
    { text: roleWords(role), tone: role === 'primary' ? 'good' : isRetired ? 'muted' : undefined },
    { text: formatShare(traffic), bar: traffic },
    formatCount(version.shadow?.copied ?? requests.succeeded),
    { text: formatShare(errorRate), tone: errorRate !== null && errorRate > 0.01 ? 'bad' : undefined },
    formatMs(latencyMs.p50),
    formatMs(latencyMs.p99),
    formatShare(reviewShare),
    formatShare(blockShare),
    {
      text: isRetired ? '–' : `${workers.ready} of ${workers.configured}`,
      tone: !isRetired && workers.ready < workers.configured ? 'bad' : undefined,
    },
    stateOf(version),
  ];
}

function stateOf({ canary, shadow, sampleRatioMismatch }: DashboardVersion): Cell {
  if (sampleRatioMismatch === true) return { text: '⚠ shares do not match the traffic', tone: 'bad' };
  if (shadow !== null) return { text: `answers nobody; PSI ${shadow.psi === null ? '–' : shadow.psi.toFixed(3)}` };
  if (canary === null) return { text: '–', tone: 'muted' };
  const tone = { running: undefined, waiting: 'warning', promoted: 'good', aborted: 'bad' } as const;
  return { text: canaryWords(canary), tone: tone[canary.state] };
}
