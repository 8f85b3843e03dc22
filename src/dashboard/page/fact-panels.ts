import type { DashboardSnapshot } from '../../api/dashboard.js';
import { formatCount, formatMs, formatShare, formatShort } from '../format.js';
import { card, type Panel } from './panel.js';
import { type Cell, Table } from './table.js';

type Fact = readonly [name: string, value: Cell | string];

/** Names and values, one per row. Hidden if there are none. */
class FactPanel implements Panel {
  readonly element: HTMLElement;
  readonly #table: Table;
  readonly #factsOf: (snapshot: DashboardSnapshot) => readonly Fact[];

  constructor(
    title: string,
    id: string,
    heads: readonly [string, string],
    factsOf: (snapshot: DashboardSnapshot) => readonly Fact[],
  ) {
    this.#table = new Table(title, [{ name: heads[0] }, { name: heads[1], isNumber: true }]);
    this.#table.element.classList.add('facts');
    this.element = card(title, id, this.#table.element);
    this.#factsOf = factsOf;
  }

  show(snapshot: DashboardSnapshot): boolean {
    const facts = this.#factsOf(snapshot);
    this.#table.show(facts);
    return facts.length > 0;
  }
}

/** Created for each page. */
export function factPanels(): Panel[] {
  return [
    new FactPanel('Decisions since the start', 'decisions-title', ['What', 'How many'], decisionFacts),
    new FactPanel('Workers and batches', 'workers-title', ['What', 'Value'], workerFacts),
    new FactPanel('Drift', 'drift-title', ['Of', 'PSI'], driftFacts),
    new FactPanel('The host’s own thread', 'host-title', ['What', 'Value'], hostFacts),
  ];
}

function decisionFacts({ decisions, labels, money }: DashboardSnapshot): Fact[] {
  const total = decisions.APPROVE + decisions.REVIEW + decisions.BLOCK;
  const of = (count: number): Cell => ({
    text: total === 0 ? formatCount(count) : `${formatCount(count)} (${formatShare(count / total)})`,
  });
  const facts: Fact[] = [
    ['APPROVE', of(decisions.APPROVE)],
    ['REVIEW', of(decisions.REVIEW)],
    ['BLOCK', of(decisions.BLOCK)],
    ['with a label', `${formatCount(labels.labelled)} (${formatShare(labels.coverage)})`],
  ];
  if (labels.labelled > 0) {
    facts.push(
      ['precision', formatShare(labels.precision)],
      ['detection rate', formatShare(labels.detectionRate)],
      ['false positive rate', formatShare(labels.falsePositiveRate)],
    );
  }
  if (money !== undefined) {
    const sum = (value: number): string => `${formatShort(value)}${money.unit === null ? '' : ` ${money.unit}`}`;
    facts.push(
      ['fraud caught', { text: sum(money.fraudCaught), tone: 'good' }],
      ['fraud missed', { text: sum(money.fraudMissed), tone: 'bad' }],
      ['good payments stopped', { text: sum(money.goodStopped), tone: 'warning' }],
    );
  }
  return facts;
}

function workerFacts({ workers, batching, recent }: DashboardSnapshot): Fact[] {
  const { sent } = batching;
  return [
    ['provider', workers.provider ?? 'none'],
    ['ready, busy', `${workers.ready} of ${workers.configured}, ${workers.busy}`],
    ['lost since the start', { text: formatCount(workers.lost), tone: workers.lost > 0 ? 'warning' : undefined }],
    ...workers.devices.map(
      ({ device, ready, workers: all, provider, problem }): Fact => [
        `device ${device}`,
        problem === null ? `${ready} of ${all} on ${provider ?? 'nothing'}` : { text: `▲ ${problem}`, tone: 'bad' },
      ],
    ),
    ['largest batch, delay', `${formatCount(batching.maxBatchSize)} rows, ${formatMs(batching.maxQueueDelayMs)}`],
    ['time in the queue, P99', formatMs(recent.queueMs.p99)],
    ['time with a worker, P99', formatMs(recent.inferenceMs.p99)],
    ['sent because a worker was idle', formatShort(sent.idleWorker)],
    ['sent because they were full', formatShort(sent.full)],
    ['sent because of a time limit', formatShort(sent.delayOver + sent.deadline)],
  ];
}

function driftFacts({ drift }: DashboardSnapshot): Fact[] {
  if (drift === undefined) return [];
  const cell = (psi: number | null): Cell => {
    const isOver = psi !== null && drift.threshold !== null && psi > drift.threshold;
    return { text: psi === null ? '–' : `${isOver ? '▲ ' : ''}${psi.toFixed(3)}`, tone: isOver ? 'bad' : undefined };
  };
  return [
    ['the score', cell(drift.score)],
    ...drift.features.slice(0, 8).map(({ name, psi }): Fact => [name, cell(psi)]),
    ['requests looked at', { text: formatCount(drift.samples), tone: 'muted' }],
  ];
}

function hostFacts({ hostLoad }: DashboardSnapshot): Fact[] {
  const { loopDelayMs, loopUtilization, gcShare } = hostLoad;
  return [
    ['delay of the event loop, P50', formatMs(loopDelayMs.p50)],
    ['P99', { text: formatMs(loopDelayMs.p99), tone: (loopDelayMs.p99 ?? 0) > 50 ? 'bad' : undefined }],
    ['longest', formatMs(loopDelayMs.max)],
    ['loop busy', formatShare(loopUtilization)],
    ['garbage collection', formatShare(gcShare)],
  ];
}
