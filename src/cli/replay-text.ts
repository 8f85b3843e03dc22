import { shownName } from '../errors/foreign-names.js';
import type { AgainstReport, DecisionMatrix } from '../tools/replay/against/against-report.js';
import type { Confusion } from '../tools/replay/against/confusion.js';
import { environmentNames } from '../tools/replay/environment.js';
import type { ReplayReport } from '../tools/replay/replay-report.js';
import { countOf, numberText } from './evaluation-words.js';
import { resultText } from './replay-result-text.js';
import { table } from './table.js';

/** Different decisions that the text lists. */
const mostListed = 10;

const decisions = ['APPROVE', 'REVIEW', 'BLOCK'] as const;

/** The report for people. */
export function replayText(report: ReplayReport): string {
  const lines = [...replayFacts(report).map(([name, value]) => `${name}: ${value}`)];
  if (report.differences.length > 0) {
    const { head, rows } = differenceCells(report, mostListed);
    lines.push('', table(head, rows));
  }
  const { against } = report;
  if (against !== null) {
    lines.push('', ...againstFacts(against).map(([name, value]) => `${name}: ${value}`));
    const { head, rows } = matrixCells(against.flips);
    lines.push('', table(head, rows));
    if (against.labels !== null) {
      const cells = confusionCells(against.labels);
      lines.push('', table(cells.head, cells.rows));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Name and value. */
export function replayFacts(report: ReplayReport): (readonly [string, string])[] {
  const { records, largestDifference, batches, damaged, seconds } = report;
  const facts: (readonly [string, string])[] = [
    ['Result', resultText(report)],
    [
      'Decisions',
      `${numberText(report.decisions)} of ${countOf(report.files.length, 'file')}, in ${seconds.toFixed(1)} s`,
    ],
    ['Identical', numberText(records.identical)],
    ['Within tolerance', withDistance(records.withinTolerance, largestDifference.withinTolerance)],
    ['Different', withDistance(records.different, largestDifference.different)],
    ['Cannot be replayed', numberText(records.cannotBeReplayed)],
  ];
  for (const { why, records } of report.cannotBeReplayed) facts.push(['  because', `${why}: ${numberText(records)}`]);
  if (report.attention.compared > 0) {
    const { withinTolerance, different } = report.attention.largestDifference;
    const furthest = Math.max(withinTolerance ?? 0, different ?? 0);
    const apart = furthest === 0 ? '' : `, weights up to ${furthest.toExponential(2)} apart`;
    facts.push(['Attention compared', `of ${countOf(report.attention.compared, 'decision')}${apart}`]);
  }
  if (batches.rowsNotRecorded > 0) {
    facts.push(['Rows of batches that were not recorded', `${numberText(batches.rowsNotRecorded)}, taken as zeros`]);
  }
  if (report.decidedByHost > 0) {
    facts.push([
      'Decided by the host',
      `${numberText(report.decidedByHost)}: scores are compared, the decision is not`,
    ]);
  }
  facts.push(...environmentFacts(report));
  if (report.repeated > 0) facts.push(['Twice in the files, compared once', numberText(report.repeated)]);
  if (report.unfinishedFiles > 0) {
    facts.push(['Files that end as a killed process leaves them', numberText(report.unfinishedFiles)]);
  }
  for (const { file, at, bytes, why } of damaged.slice(0, mostListed)) {
    const left = bytes === null ? '' : `, ${countOf(bytes, 'byte')} left out`;
    facts.push(['Damaged', `${shownName(file)}, from byte ${numberText(at)}: ${shownName(why)}${left}`]);
  }
  if (damaged.length > mostListed) facts.push(['Damaged', `${numberText(damaged.length - mostListed)} more`]);
  return facts;
}

/** What was otherwise where decisions were taken, and what became of them. */
function environmentFacts({ otherEnvironments, sameEnvironment }: ReplayReport): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = otherEnvironments.map((other) => {
    const ofThese = statusCounts(other);
    const became = ofThese === '' ? ', all identical' : `, of which ${ofThese}`;
    const values = `${shownName(other.recorded)}, here ${shownName(other.here)}`;
    return [`Other ${environmentNames[other.what]}`, `${values}: ${countOf(other.records, 'decision')}${became}`];
  });
  const same = statusCounts({ ...sameEnvironment, cannotBeReplayed: 0 });
  if (same !== '') facts.push(['Not identical although provider, versions, CPU model and settings are the same', same]);
  return facts;
}

function statusCounts(counts: { withinTolerance: number; different: number; cannotBeReplayed: number }): string {
  const texts = [
    [counts.withinTolerance, 'within tolerance'],
    [counts.different, 'different'],
    [counts.cannotBeReplayed, 'that cannot be replayed because their scores come out differently here'],
  ] as const;
  return texts
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${numberText(count)} ${text}`)
    .join(', ');
}

function withDistance(records: number, largest: number | null): string {
  if (records === 0) return '0';
  return `${numberText(records)}${largest === null ? '' : `, up to ${largest.toExponential(2)} apart`}`;
}

interface Cells {
  head: string[];
  rows: string[][];
}

export function differenceCells({ differences }: ReplayReport, most: number): Cells {
  const rows = differences
    .slice(0, most)
    .map(({ decisionId, recorded, replayed, difference, attentionDifference, otherwise = [] }) => [
      decisionId,
      recorded.decision,
      replayed?.decision ?? '–',
      ...[difference, attentionDifference].map((apart) => apart?.toExponential(2) ?? '–'),
      otherwise.length === 0 ? 'nothing' : otherwise.map((what) => environmentNames[what]).join(', '),
    ]);
  return { head: ['Different', 'recorded', 'replayed', 'scores apart', 'attention apart', 'otherwise'], rows };
}

/** Name and value. */
export function againstFacts(against: AgainstReport): (readonly [string, string])[] {
  const { model, flipped, skipped, scoreDifference, amounts, labels } = against;
  const whose = against.policy === 'own' ? 'its own policy' : 'the recorded policy';
  const facts: (readonly [string, string])[] = [
    ['Against', `${shownName(model.name)} ${shownName(model.version)}, by ${whose}`],
    ['Compared', countOf(against.decisions, 'decision')],
    ['Would be decided otherwise', `${numberText(flipped)}${shareOf(flipped, against.decisions)}`],
  ];
  const left = Object.entries(skipped).filter(([, count]) => count > 0);
  if (left.length > 0) {
    facts.push([
      'Not compared',
      left.map(([why, count]) => `${skipWords[why] ?? why} ${numberText(count)}`).join(', '),
    ]);
  }
  if (against.decidedByHost > 0) {
    facts.push(['Decided by the host', `${numberText(against.decidedByHost)}: the policy's own decision is compared`]);
  }
  if (scoreDifference !== null) {
    const {
      mean,
      quantiles: { p5, p50, p95 },
    } = scoreDifference;
    const text = `mean ${signed(mean)}, median ${signed(p50)}, 5 % below ${signed(p5)}, 5 % above ${signed(p95)}`;
    facts.push(['Change of the fraud probability', text]);
  }
  if (amounts !== null) {
    const { flips } = amounts;
    const stopped = decisions.slice(1).reduce((sum, decision) => sum + flips.APPROVE[decision], 0);
    const approved = flips.REVIEW.APPROVE + flips.BLOCK.APPROVE;
    facts.push([
      'Amounts',
      `${money(stopped)} approved then and stopped now, ${money(approved)} stopped then and approved now`,
    ]);
  }
  if (labels !== null)
    facts.push(['Labelled', `${countOf(labels.decisions, 'decision')}, ${countOf(labels.frauds, 'fraud')}`]);
  for (const note of against.notes) facts.push(['Note', note]);
  return facts;
}

const skipWords: Readonly<Record<string, string>> = {
  shadow: "shadows' copies",
  fallback: "the fallback's",
  noFeatures: 'without features, or masked',
  unreadable: 'with a value that the model does not take',
  failed: 'that the model gives no score for',
};

export function matrixCells(flips: DecisionMatrix): Cells {
  const rows = decisions.map((recorded) => [recorded, ...decisions.map((other) => numberText(flips[recorded][other]))]);
  return { head: ['recorded', ...decisions.map((decision) => `now ${decision}`)], rows };
}

export function confusionCells({ recorded, against }: NonNullable<AgainstReport['labels']>): Cells {
  const line = (name: string, of: (confusion: Confusion) => string): string[] => [name, of(recorded), of(against)];
  const rows = [
    line('frauds stopped', ({ truePositives }) => numberText(truePositives)),
    line('frauds missed', ({ falseNegatives }) => numberText(falseNegatives)),
    line('good ones stopped', ({ falsePositives }) => numberText(falsePositives)),
    line('precision', ({ precision }) => percent(precision)),
    line('recall (detection rate)', ({ recall }) => percent(recall)),
    line('false positive rate', ({ falsePositiveRate }) => percent(falsePositiveRate)),
  ];
  if (recorded.amounts !== null) {
    rows.push(line('amount of frauds stopped', ({ amounts }) => money(amounts?.fraudStopped ?? 0)));
    rows.push(line('amount of frauds missed', ({ amounts }) => money(amounts?.fraudMissed ?? 0)));
    rows.push(line('amount of good ones stopped', ({ amounts }) => money(amounts?.goodStopped ?? 0)));
  }
  return { head: ['by labels', 'recorded', 'now'], rows };
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '' : ` (${percent(part / whole)})`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(2)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

function money(amount: number): string {
  return amount.toLocaleString('en', { maximumFractionDigits: 2 });
}
