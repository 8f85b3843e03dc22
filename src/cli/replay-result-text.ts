import { shownName } from '../errors/foreign-names.js';
import type { ReplayReport } from '../tools/replay/replay-report.js';
import { comparedOf, notReplayedOf } from '../tools/replay/replay-result.js';
import { countOf, numberText } from './evaluation-words.js';

/** The result in a sentence. */
export function resultText(report: ReplayReport): string {
  const { records, result, damaged } = report;
  const same = records.identical + records.withinTolerance;
  const left = notReplayedOf(report);
  const notReplayed = left === 0 ? '' : `; ${numberText(left)} could not be replayed`;
  if (result === 'nothing replayed') return 'nothing could be replayed: no decision was compared';
  if (records.different > 0)
    return `${countOf(records.different, 'decision')} of ${numberText(comparedOf(report))} ${records.different === 1 ? 'is' : 'are'} different${notReplayed}`;
  const isDamaged = damaged.length > 0 ? `, and ${countOf(damaged.length, 'part')} of files could not be read` : '';
  return `${countOf(same, 'decision')} ${same === 1 ? 'is' : 'are'} as recorded${notReplayed}${isDamaged}`;
}

/** What a person must know who sees no report: that decisions were not compared. Empty where all those of models were. */
export function notReplayedText(report: ReplayReport): string {
  const left = notReplayedOf(report);
  const why = report.cannotBeReplayed
    .map(({ why, records }) => `${shownName(why)} (${numberText(records)})`)
    .join('; ');
  if (report.result === 'nothing replayed') {
    if (report.decisions === 0) return 'Nothing could be replayed: there is no decision in the files.\n';
    return `Nothing could be replayed: none of the ${countOf(report.decisions, 'decision')} was compared: ${why}.\n`;
  }
  if (left === 0) return '';
  return `${numberText(left)} of ${countOf(report.decisions, 'decision')} could not be replayed: ${why}.\n`;
}
