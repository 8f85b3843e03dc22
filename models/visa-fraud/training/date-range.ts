import { InvalidArgumentError } from 'commander';
import { parseTimestamp } from '../csv/parse-timestamp.js';
import { DAY_MS } from '../units.js';

export interface DateRange {
  fromMs: number;
  /** The end of the last day. */
  untilMs: number;
}

/** Reads FROM..TO, two days as YYYY-MM-DD (UTC), both included. @throws InvalidArgumentError */
export function parseDateRange(text: string): DateRange {
  const [from, to, ...more] = text.split('..');
  const fromMs = dayOf(from);
  const toMs = dayOf(to);
  if (fromMs === undefined || toMs === undefined || more.length > 0 || toMs < fromMs) {
    throw new InvalidArgumentError(`Expected FROM..TO, two days such as 2018-04-01..2018-04-07, received ${text}.`);
  }
  return { fromMs, untilMs: toMs + DAY_MS };
}

function dayOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
}
