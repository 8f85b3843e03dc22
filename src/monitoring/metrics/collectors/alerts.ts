import type { MetricFamily } from '../../../api/metrics.js';
import { gauge } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** The active alerts. */
export function collectAlerts({ alertRules, activeAlerts }: MetricsView): MetricFamily[] {
  const active = new Set<string>(activeAlerts.map(({ rule }) => rule));
  return [
    gauge(
      { name: 'alert_active', help: "Whether a rule's alert is active: 1 or 0.", aggregation: 'max' },
      alertRules.map((rule) => [{ rule }, active.has(rule) ? 1 : 0]),
    ),
  ];
}
