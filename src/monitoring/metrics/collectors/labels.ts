import type { MetricFamily } from '../../../api/metrics.js';
import { gauge, type Value } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** What decisions turned out to be. */
export function collectLabels({ labels }: MetricsView): MetricFamily[] {
  const values = labels.flatMap(({ version, labels: { confusion } }): Value[] =>
    confusion.cells.map(({ decision, fraud, count }) => [{ decision, fraud: String(fraud), version }, count]),
  );
  return [
    gauge(
      {
        name: 'labels',
        help: 'Decisions whose label is known, by the label. A gauge, because labels are revised.',
      },
      values,
    ),
  ];
}
