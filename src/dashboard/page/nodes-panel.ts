import type { DashboardNode, DashboardSnapshot } from '../../api/dashboard.js';
import { formatCount, formatDuration, formatMs, formatShare, formatShort } from '../format.js';
import { nodeVersionWords } from '../words.js';
import { card, type Panel } from './panel.js';
import { type Cell, Table } from './table.js';

/** The nodes of a fleet. Hidden for a single scorer. */
export class NodesPanel implements Panel {
  readonly #table = new Table('Nodes of the fleet', [
    { name: 'Node' },
    { name: 'Status', isShort: true },
    { name: 'Answered a second', isNumber: true },
    { name: 'Errors', isNumber: true },
    { name: 'P50', isNumber: true },
    { name: 'P99', isNumber: true },
    { name: 'Waiting', isNumber: true },
    { name: 'Workers', isNumber: true },
    { name: 'Up for', isNumber: true },
    { name: 'Versions' },
  ]);
  readonly element = card('Nodes', 'nodes-title', this.#table.element);

  constructor() {
    this.element.classList.add('wide');
  }

  show({ fleet }: DashboardSnapshot): boolean {
    this.#table.show((fleet?.nodes ?? []).map(cellsOf));
    return fleet !== undefined && fleet.nodes.length > 0;
  }
}

const statusCells: Record<DashboardNode['status'], Cell> = {
  ok: { text: '✓ healthy', tone: 'good' },
  degraded: { text: '▲ degraded', tone: 'warning' },
  unavailable: { text: '✖ unavailable', tone: 'bad' },
  missing: { text: '✖ does not answer', tone: 'bad' },
};

const nothing: Cell = { text: '–', tone: 'muted' };

function cellsOf(node: DashboardNode): (Cell | string)[] {
  const { id, status, reasons, answered, errorRate, p50, p99, queued, workers, uptimeSeconds, versions } = node;
  if (status === 'missing') return [id, statusCells.missing, ...Array<Cell>(8).fill(nothing)];
  return [
    id,
    statusCells[status],
    formatShort(answered),
    { text: formatShare(errorRate), tone: errorRate !== null && errorRate > 0.01 ? 'bad' : undefined },
    formatMs(p50),
    formatMs(p99),
    formatCount(queued),
    {
      text: `${workers.ready} of ${workers.configured}`,
      tone: workers.ready < workers.configured ? 'bad' : undefined,
    },
    uptimeSeconds === null ? nothing : formatDuration(uptimeSeconds * 1_000),
    [nodeVersionWords(versions), ...reasons].join('; '),
  ];
}
