import type { Cumulative } from '../tools/score-file/metrics/cumulative.js';
import { reportCharts } from '../tools/score-file/report/report-charts.js';
import { type ReportSection, reportHtml } from '../tools/score-file/report/report-html.js';
import { countOf, evaluationFacts, thresholdCells, thresholdNotes } from './evaluation-words.js';
import { decisionsText, type ScoreSummary, unknownTextsFacts } from './score-text.js';

/** The summary with its curves, as an HTML page. */
export async function scoreReport(summary: ScoreSummary, cumulative: Cumulative): Promise<string> {
  // Imported late, because it is large and only this function needs it.
  const { drawChart } = await import('../tools/score-file/report/charts.js');
  const { model, file, scored, rows, evaluation } = summary;
  const sections: ReportSection[] = [];
  const facts: (readonly [string, string])[] = [
    ['Model', `${model.name} ${model.version}`],
    ['File', file],
    ['Scored', countOf(scored, 'row')],
  ];
  if (rows > scored) facts.push(['Bad rows, left out', countOf(rows - scored, 'row')]);
  facts.push(['Decisions', decisionsText(summary)], ...unknownTextsFacts(summary));
  if (evaluation !== null) {
    facts.push(...evaluationFacts(evaluation));
    for (const { title, text, chart } of reportCharts(cumulative, evaluation.costs)) {
      sections.push({ title, text, svg: drawChart(chart) });
    }
    const text = thresholdNotes(evaluation).join(' ');
    sections.push({ title: 'Thresholds', text, table: thresholdCells(evaluation) });
  }
  return reportHtml({ title: `Scores of ${model.name} ${model.version}`, facts, sections });
}
