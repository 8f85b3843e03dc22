import type { MetricFamily } from '../../../api/metrics.js';
import { gauge, type Value } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** How far versions are from their references. There are no values while there are too few rows. */
export function collectDrift({ drifts }: MetricsView): MetricFamily[] {
  const scores: Value[] = [];
  const features: Value[] = [];
  const rows: Value[] = [];
  for (const { version, drift } of drifts) {
    rows.push([{ version }, drift.rows]);
    if (drift.score !== null) scores.push([{ version }, drift.score]);
    for (const { name, psi } of drift.features) features.push([{ version, feature: name }, psi]);
  }
  return [
    gauge(
      {
        name: 'drift_score_psi',
        help: 'Population stability index of the probability of fraud, against the reference in the manifest.',
        aggregation: 'max',
      },
      scores,
    ),
    gauge(
      {
        name: 'drift_feature_psi',
        help: 'Population stability index of the ten features that have drifted most.',
        aggregation: 'max',
      },
      features,
    ),
    gauge({ name: 'drift_rows', help: 'Rows in the window that drift is measured over.', unit: 'rows' }, rows),
  ];
}
