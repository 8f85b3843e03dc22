import type { DashboardPoint } from '../../api/dashboard.js';
import { formatMs, formatShare, formatShort } from '../format.js';
import type { Columns } from '../series.js';
import type { ChartSpec } from './chart.js';

const field =
  (name: keyof DashboardPoint) =>
  ({ values }: Columns): (number | null)[] =>
    values.get(name) ?? [];

/** Decisions are averaged over some seconds, because the share in a single second changes too much. */
const smoothedOver = 10;

/** The charts of the page, the most important first. */
export const charts: readonly ChartSpec[] = [
  {
    title: 'Throughput, rows a second',
    description: 'Rows that the model answered in each second, and requests that failed, expired or were refused.',
    fields: ['answered', 'failed', 'rejected'],
    format: formatShort,
    least: 10,
    lines: [
      { label: 'answered', colour: 'blue', fill: 'ground', values: field('answered') },
      { label: 'failed or expired', colour: 'vermillion', dash: [8, 4], values: field('failed') },
      { label: 'refused', colour: 'orange', dash: [2, 4], values: field('rejected') },
    ],
  },
  {
    title: 'Latency',
    description: 'From score() to the result: the 50th, 95th and 99th percentile over the last 10 seconds.',
    fields: ['p50', 'p95', 'p99'],
    format: formatMs,
    least: 1,
    lines: [
      { label: 'P50', colour: 'blue', values: field('p50') },
      { label: 'P95', colour: 'sky', dash: [8, 4], fill: 'before', values: field('p95') },
      { label: 'P99', colour: 'purple', dash: [2, 3], fill: 'before', values: field('p99') },
    ],
  },
  {
    title: 'Review and block, share of decisions',
    description: 'The share of decisions that were REVIEW and BLOCK, over the last 10 seconds.',
    fields: ['approved', 'reviewed', 'blocked'],
    format: formatShare,
    least: 0.01,
    lines: [
      { label: 'REVIEW', colour: 'orange', dash: [8, 4], values: (columns) => shareOf('reviewed', columns) },
      { label: 'BLOCK', colour: 'vermillion', values: (columns) => shareOf('blocked', columns) },
    ],
  },
  {
    title: 'Batches and queue, rows',
    description:
      'Rows in a batch: the mean and the largest of the last 10 seconds; and requests that wait in the queue.',
    fields: ['batchMean', 'batchMax', 'queued'],
    format: formatShort,
    least: 8,
    lines: [
      { label: 'mean batch', colour: 'green', values: field('batchMean') },
      { label: 'largest batch', colour: 'green', dash: [2, 4], values: field('batchMax') },
      { label: 'waiting', colour: 'vermillion', dash: [8, 4], values: field('queued') },
    ],
  },
];

/** The share of one kind of decision over a sliding window. */
export function shareOf(kind: 'reviewed' | 'blocked', { at, values }: Columns): (number | null)[] {
  const kinds = ['approved', 'reviewed', 'blocked'] as const;
  const own = values.get(kind) ?? [];
  let [total, part] = [0, 0];
  const allAt = (index: number): number => kinds.reduce((sum, name) => sum + (values.get(name)?.[index] ?? 0), 0);
  return at.map((_, index) => {
    total += allAt(index);
    part += own[index] ?? 0;
    if (index >= smoothedOver) {
      total -= allAt(index - smoothedOver);
      part -= own[index - smoothedOver] ?? 0;
    }
    return own[index] == null || total < 0.5 ? null : Math.min(Math.max(part / total, 0), 1);
  });
}
