import type { Figure } from '../statistics.js';
import type { Cell, Goal, Unit } from './result.js';

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  perSecond: (value) => `${grouped(value)}/s`,
  ms: (value) => `${value.toFixed(2)} ms`,
  us: (value) => `${value.toFixed(2)} µs`,
  ratio: (value) => (Math.abs(value) < 0.1 && value !== 0 ? value.toPrecision(2) : value.toFixed(2)),
  times: (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ×`,
  share: (value) => `${(100 * value).toFixed(1)} %`,
  megabytes: (value) => `${value.toFixed(0)} MB`,
  count: grouped,
};

export function formatNumber(value: number, unit: Unit): string {
  return formats[unit](value);
}

/** `median (lowest – highest)`; the value alone where there was one run. */
export function formatFigure({ median, lowest, highest, values }: Figure, unit: Unit): string {
  const format = formats[unit];
  if (values.length === 1) return format(median);
  return `${format(median)} (${format(lowest)} – ${format(highest)})`;
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

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}
