import type { MetricFamily, Metrics } from '../../api/metrics.js';
import { collectAlerts } from './collectors/alerts.js';
import { collectDrift } from './collectors/drift.js';
import { collectDurations } from './collectors/durations.js';
import { collectHost } from './collectors/host.js';
import { collectLabels } from './collectors/labels.js';
import { collectRequests } from './collectors/requests.js';
import { collectShadows } from './collectors/shadows.js';
import { collectVersions } from './collectors/versions.js';
import { collectWork } from './collectors/work.js';
import type { MetricsView } from './metrics-view.js';

/**
 * All families, with one collector for each topic. A collector is a pure function of the view and always gives the same families, because
 * code that registers metrics reads their names only once.
 */
const collectors: readonly ((view: MetricsView) => MetricFamily[])[] = [
  collectRequests,
  collectDurations,
  collectWork,
  collectVersions,
  collectShadows,
  collectLabels,
  collectDrift,
  collectAlerts,
  collectHost,
];

export function collectMetrics(view: MetricsView): Metrics {
  return collectors.flatMap((collect) => collect(view));
}
