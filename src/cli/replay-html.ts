import type { AgainstReport } from '../tools/replay/against/against-report.js';
import type { ReplayReport } from '../tools/replay/replay-report.js';
import type { Chart } from '../tools/score-file/report/charts.js';
import { type ReportSection, reportHtml } from '../tools/score-file/report/report-html.js';
import { numberText } from './evaluation-words.js';
import { againstFacts, confusionCells, differenceCells, matrixCells, replayFacts } from './replay-text.js';

/** The report as HTML, which loads nothing. */
export async function replayHtml(report: ReplayReport): Promise<string> {
  const sections: ReportSection[] = [modelsSection(report)];
  if (report.cannotBeReplayed.length > 0) {
    const rows = report.cannotBeReplayed.map(({ code, why, records }) => [code, why, numberText(records)]);
    const text = 'These decisions were not compared.';
    sections.push({ title: 'Cannot be replayed', text, table: { head: ['', 'why', 'decisions'], rows } });
  }
  if (report.differences.length > 0) {
    const text = 'The first decisions that came out differently.';
    sections.push({ title: 'Different', text, table: differenceCells(report, report.differences.length) });
  }
  const { against } = report;
  if (against !== null) sections.push(...(await againstSections(against)));
  const facts = [...replayFacts(report), ...(against === null ? [] : againstFacts(against))];
  return reportHtml({ title: 'Replay of recorded decisions', facts, sections });
}

function modelsSection({ models }: ReplayReport): ReportSection {
  const rows = models.map(({ name, version, sha256, identical, withinTolerance, different, cannotBeReplayed }) => [
    `${name} ${version}`,
    sha256.slice(0, 12),
    ...[identical, withinTolerance, different, cannotBeReplayed].map(numberText),
  ]);
  const head = ['model', 'sha256', 'identical', 'within tolerance', 'different', 'cannot be replayed'];
  return { title: 'Models', text: 'What the decisions of each version came to.', table: { head, rows } };
}

async function againstSections(against: AgainstReport): Promise<ReportSection[]> {
  const sections: ReportSection[] = [
    {
      title: 'Decisions then and now',
      text: 'By the recorded decision (rows) and by that of the other model (columns).',
      table: matrixCells(against.flips),
    },
  ];
  if (against.amounts !== null) {
    const text = 'The same by sums of the amounts that the records have.';
    sections.push({ title: 'Amounts then and now', text, table: matrixCells(against.amounts.flips) });
  }
  if (against.labels !== null) {
    const text = 'What the decisions were worth, by the labels in the records. Stopped means BLOCK or REVIEW.';
    sections.push({ title: 'By labels', text, table: confusionCells(against.labels) });
  }
  const { scoreDifference } = against;
  if (scoreDifference !== null) {
    // Large, and needed for this alone.
    const { drawChart } = await import('../tools/score-file/report/charts.js');
    const text =
      "The other model's fraud probability less the recorded one, and how many decisions have such a difference.";
    const chart: Chart = {
      key: 'difference',
      kind: 'bars',
      x: { name: 'change of the fraud probability', isShare: false },
      y: { name: 'decisions', isShare: false },
      series: [
        {
          name: 'decisions',
          points: scoreDifference.histogram.map(({ difference, decisions }) => [difference, decisions]),
        },
      ],
    };
    sections.push({ title: 'Change of the scores', text, svg: drawChart(chart) });
  }
  return sections;
}
