import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units.js';

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3})\d*)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Milliseconds since 1970 of a time such as 2018-04-01T00:00:31Z, with or without the T, a fraction of a second and an
 * offset; without an offset it is UTC. Undefined where there is no such time (31st of April, 25 o'clock).
 */
export function parseTimestamp(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const dayMs = dayOf(Number(year), Number(month), Number(day));
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (dayMs === undefined || h > 23 || m > 59 || s > 59) return undefined;
  const offsetMs = offset === undefined || offset === 'Z' ? 0 : parseOffset(offset);
  if (offsetMs === undefined) return undefined;
  const milliseconds = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0'));
  return dayMs + h * HOUR_MS + m * MINUTE_MS + s * 1_000 + milliseconds - offsetMs;
}

function dayOf(year: number, month: number, day: number): number | undefined {
  // Date.UTC takes years below 100 as 1900 and later.
  if (year < 100 || month < 1 || month > 12 || day < 1) return undefined;
  const dayMs = Date.UTC(year, month - 1, day);
  // A day that the month does not have would have become one of the next month.
  return dayMs % DAY_MS === 0 && new Date(dayMs).getUTCMonth() === month - 1 ? dayMs : undefined;
}

function parseOffset(offset: string): number | undefined {
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}
