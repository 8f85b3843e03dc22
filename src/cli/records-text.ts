import { basename } from 'node:path';
import { escapeControls } from '../errors/foreign-names.js';
import type { RecordsFinding } from '../records/read/findings.js';
import type { RecordsReading } from '../records/read/read-records.js';
import { countOf, numberText } from './evaluation-words.js';

/** So many findings are shown. */
const mostShown = 20;

/** What was read, for people. @param written how many of the records were wanted. */
export function recordsText(written: number, { summary, findings }: RecordsReading): string {
  const { files, records, lost, damaged, truncated, unfinished } = summary;
  const all =
    written === records ? countOf(records, 'record') : `${numberText(written)} of ${countOf(records, 'record')}`;
  const lines = [
    `${all}, ${countOf(files, 'file')}, ${numberText(lost)} known to be lost, ${countOf(damaged, 'damaged place')}`,
  ];
  if (truncated === 1) lines.push('1 file ends inside a record: its process was killed, or still writes');
  if (truncated > 1)
    lines.push(`${numberText(truncated)} files end inside a record: their process was killed, or still writes`);
  if (unfinished > 0)
    lines.push(`${countOf(unfinished, 'run')} without an end: killed, still going on, or not all here`);
  const shown = findings.filter(({ what }) => what !== 'no-end' && what !== 'truncated-tail').slice(0, mostShown);
  lines.push(...shown.map(findingText));
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function findingText(finding: RecordsFinding): string {
  const { file, byte } = finding;
  return `${basename(file)}, byte ${numberText(byte)}: ${words(finding)}`;
}

function words(finding: RecordsFinding): string {
  switch (finding.what) {
    case 'truncated-tail':
      return `cut, ${countOf(finding.bytes, 'byte')} left out`;
    case 'damaged':
      return `damaged, ${countOf(finding.bytes, 'byte')} left out: ${finding.reason}`;
    case 'gap':
      return `${countOf(finding.lost, 'record')} missing from ${numberText(finding.from)} on, run ${finding.run}`;
    case 'no-end':
      return `no end of run ${finding.run}`;
    case 'unknown-format':
      return `unknown format ${finding.found}: written by a later version of fraud-scorer`;
    default:
      return `can't be read: ${finding.reason}`;
  }
}
