import type { Figure } from '../statistics.js';
import type { Cell, Goal, Unit } from './result.js';

interface Format {
  digits: (value: number) => string;
  suffix: string;
}

const formats: Readonly<Record<Unit, Format>> = {
  perSecond: { digits: grouped, suffix: '/s' },
  ms: { digits: (value) => value.toFixed(2), suffix: ' ms' },
  us: { digits: (value) => value.toFixed(2), suffix: ' µs' },
  ratio: { digits: (value) => (isSmall(value) ? value.toPrecision(2) : value.toFixed(2)), suffix: '' },
  times: { digits: (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0)), suffix: ' ×' },
  share: { digits: (value) => (100 * value).toFixed(1), suffix: ' %' },
  megabytes: { digits: (value) => value.toFixed(0), suffix: ' MB' },
  bytes: { digits: grouped, suffix: ' B' },
  count: { digits: grouped, suffix: '' },
};

export function formatNumber(value: number, unit: Unit): string {
  const { digits, suffix } = formats[unit];
  return digits(value) + suffix;
}

/** `median (lowest – highest)` and the unit; the value alone where there was one run. */
export function formatFigure({ median, lowest, highest, values }: Figure, unit: Unit): string {
  if (values.length === 1) return formatNumber(median, unit);
  const { digits, suffix } = formats[unit];
  return `${digits(median)} (${digits(lowest)} – ${digits(highest)})${suffix}`;
}

export function formatCell(cell: Cell, unit: Unit = 'count'): string {
  if (cell === null) return '–';
  return typeof cell === 'string' ? cell : formatFigure(cell, unit);
}

export function formatGoal({ bound, limit, unit }: Goal): string {
  return `${bound} ${formatNumber(limit, unit)}`;
}

/** Null where nothing was measured. */
export function isMet({ figure, bound, limit }: Goal): boolean | null {
  if (figure === null) return null;
  if (bound === 'at least') return figure.median >= limit;
  return bound === 'at most' ? figure.median <= limit : figure.median < limit;
}

export function workersText(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function isSmall(value: number): boolean {
  return value !== 0 && Math.abs(value) < 0.1;
}
