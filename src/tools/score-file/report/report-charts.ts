import type { Cumulative } from '../metrics/cumulative.js';
import { type Curves, curvesOf, type Point } from '../metrics/curves.js';
import type { Costs } from '../metrics/money-saved.js';
import type { Chart } from './charts.js';

/** A chart of the report, with its purpose. */
export interface ReportChart {
  title: string;
  text: string;
  chart: Chart;
}

const bins = 20;

export function reportCharts(cumulative: Cumulative, costs: Costs | null): ReportChart[] {
  const curves = curvesOf(cumulative, costs);
  const charts = [rocChart(curves), precisionRecallChart(curves), thresholdChart(curves)];
  if (costs !== null) charts.push(savingsChart(curves));
  return [...charts, distributionChart(cumulative)];
}

function rocChart({ roc }: Curves): ReportChart {
  const chance: Point[] = [
    [0, 0],
    [1, 1],
  ];
  return {
    title: 'ROC curve',
    text: 'How many frauds are found (detection rate) for how many good transactions stopped (false positive rate).',
    chart: {
      key: 'roc',
      kind: 'lines',
      x: { name: 'false positive rate', isShare: true },
      y: { name: 'detection rate', isShare: true },
      series: [
        { name: 'model', points: roc },
        { name: 'by chance', points: chance },
      ],
    },
  };
}

function precisionRecallChart({ precisionRecall }: Curves): ReportChart {
  return {
    title: 'Precision and detection rate',
    text: 'The share of frauds among the stopped rows (precision), by the share of frauds that are found (detection rate).',
    chart: {
      key: 'precision-recall',
      kind: 'lines',
      x: { name: 'detection rate', isShare: true },
      y: { name: 'precision', isShare: true },
      series: [{ name: 'model', points: precisionRecall }],
    },
  };
}

function thresholdChart({ precision, detectionRate, stoppedShare }: Curves): ReportChart {
  return {
    title: 'By threshold',
    text: 'The result if the rows whose fraudProbability is above a threshold are stopped.',
    chart: {
      key: 'threshold',
      kind: 'lines',
      x: { name: 'threshold', isShare: true },
      y: { name: 'share', isShare: true },
      series: [
        { name: 'precision', points: precision },
        { name: 'detection rate', points: detectionRate },
        { name: 'blocked or reviewed', points: stoppedShare },
      ],
    },
  };
}

function savingsChart({ savedByReview, savedByBlock }: Curves): ReportChart {
  return {
    title: 'Money saved by threshold',
    text: 'If all rows above one threshold are reviewed, and if all of them are blocked.',
    chart: {
      key: 'savings',
      kind: 'lines',
      x: { name: 'threshold', isShare: true },
      y: { name: 'saved', isShare: false },
      series: [
        { name: 'all above are reviewed', points: savedByReview },
        { name: 'all above are blocked', points: savedByBlock },
      ],
    },
  };
}

function distributionChart(cumulative: Cumulative): ReportChart {
  const { all } = cumulative;
  const shares = (kind: 'good' | 'fraud'): Point[] =>
    Array.from({ length: bins }, (_, bin) => {
      // A score of 0 is above no threshold, and belongs to the first bin.
      const from = bin === 0 ? all : cumulative.above(bin / bins);
      const count = from[kind] - cumulative.above((bin + 1) / bins)[kind];
      return [(bin + 0.5) / bins, all[kind] === 0 ? 0 : count / all[kind]];
    });
  return {
    title: 'Distribution of fraudProbability',
    text: 'The share of all frauds, and of all good rows, that has a score. The further apart they lie, the better.',
    chart: {
      key: 'distribution',
      kind: 'bars',
      x: { name: 'fraudProbability', isShare: true },
      y: { name: 'share of its kind', isShare: false },
      series: [
        { name: 'good', points: shares('good') },
        { name: 'fraud', points: shares('fraud') },
      ],
    },
  };
}
