import Table from 'cli-table3';
import { tableText } from '../../report/tables.js';
import type { Check } from './check.js';
import type { PartResult } from './part-result.js';

/** Nothing is coloured: it is read in logs. */
const style = { head: [], border: [], compact: true };

/** A part as it has ended. */
export function partText({ title, status, reason, seconds, tables, notes }: PartResult): string {
  const heading = `${title}: ${status}${status === 'left out' ? '' : ` in ${seconds.toFixed(1)} s`}`;
  const why = reason === null ? [] : [reason];
  return [heading, ...why, ...tables.map(tableText), ...notes.map((note) => `Note: ${note}`)].join('\n');
}

/** What was asked, what was seen, and whether the one meets the other; a part that did not come so far has a line of its own. */
export function checksText(parts: readonly PartResult[]): string {
  const table = new Table({
    head: ['what', 'asked', 'seen', 'met'],
    style,
    colWidths: [60, null, 48, null],
    wordWrap: true,
  });
  for (const { title, status, reason, checks } of parts) {
    for (const check of checks) table.push([check.what, check.asked ?? '–', check.seen, metText(check)]);
    if (status === 'failed' || status === 'hung' || status === 'left out') {
      table.push([title, '–', firstLine(`${status}: ${reason ?? ''}`), status === 'left out' ? '–' : 'NO']);
    }
  }
  return table.toString();
}

function metText({ asked, met, isMust }: Check): string {
  if (met === null) return asked === null ? '–' : 'not measured';
  if (met) return 'yes';
  return isMust ? 'NO' : 'no';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
