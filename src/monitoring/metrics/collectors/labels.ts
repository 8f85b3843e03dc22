import type { MetricFamily } from '../../../api/metrics.js';
import { readLabels } from '../../labels/label-reading.js';
import { gauge, type Value } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** The labels of decisions, and the amounts of money. */
export function collectLabels({ labels }: MetricsView): MetricFamily[] {
  const counts: Value[] = [];
  const amounts: Value[] = [];
  for (const { version, labels: ofVersion } of labels) {
    for (const { decision, isFraud, count, amount } of readLabels(ofVersion)) {
      const names = { decision, fraud: String(isFraud), version };
      counts.push([names, count]);
      amounts.push([names, amount]);
    }
  }
  return [
    gauge(
      {
        name: 'labels',
        help: 'Decisions whose label is known, by the label. A gauge, because labels are revised.',
      },
      counts,
    ),
    gauge(
      {
        name: 'label_amount',
        help: 'Sum of the known amounts of decisions whose label is known, by the label. A gauge, because labels are revised.',
      },
      amounts,
    ),
  ];
}
