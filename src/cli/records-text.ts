import { basename } from 'node:path';
import { escapeControls } from '../errors/foreign-names.js';
import type { RecordsFinding } from '../records/read/findings.js';
import type { RecordsReading } from '../records/read/read-records.js';

/** So many findings are shown. */
const mostShown = 20;

/** What was read, for people. @param written how many of the records were wanted. */
export function recordsText(written: number, { summary, findings }: RecordsReading): string {
  const { files, records, lost, damaged, truncated, unfinished } = summary;
  const of = written === records ? '' : ` of ${count(records)}`;
  const lines = [
    `${count(written)}${of} records, ${count(files)} files, ${count(lost)} known to be lost, ${count(damaged)} damaged places`,
  ];
  if (truncated > 0)
    lines.push(`${count(truncated)} files end inside a record: their process was killed, or still writes`);
  if (unfinished > 0) lines.push(`${count(unfinished)} runs without an end: killed, still going on, or not all here`);
  const shown = findings.filter(({ what }) => what !== 'no-end' && what !== 'truncated-tail').slice(0, mostShown);
  lines.push(...shown.map(findingText));
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function findingText(finding: RecordsFinding): string {
  const { file, byte } = finding;
  return `${basename(file)}, byte ${count(byte)}: ${words(finding)}`;
}

function words(finding: RecordsFinding): string {
  switch (finding.what) {
    case 'truncated-tail':
      return `cut, ${count(finding.bytes)} bytes left out`;
    case 'damaged':
      return `damaged, ${count(finding.bytes)} bytes left out: ${finding.reason}`;
    case 'gap':
      return `${count(finding.lost)} records missing from ${count(finding.from)} on, run ${finding.run}`;
    case 'no-end':
      return `no end of run ${finding.run}`;
    case 'unknown-format':
      return `unknown format ${finding.found}: written by a later version of fraud-scorer`;
    default:
      return `can't be read: ${finding.reason}`;
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
