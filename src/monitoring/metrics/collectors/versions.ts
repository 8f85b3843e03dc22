import type { MetricFamily } from '../../../api/metrics.js';
import { gauge } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** Which versions serve, the share of each, and whether they can answer. */
export function collectVersions({ live, isReady, startedAtEpochMs }: MetricsView): MetricFamily[] {
  return [
    gauge(
      {
        name: 'traffic_ratio',
        help: 'The share of the traffic that a version answers, from 0 to 1; 0 for a shadow and for the standby.',
        unit: 'ratio',
        aggregation: 'average',
      },
      live.map(({ version, role, traffic }) => [{ version, role }, traffic]),
    ),
    gauge(
      {
        name: 'model_info',
        help: 'The live models. The value is always 1; the labels name the model.',
        aggregation: 'max',
      },
      live.map(({ name, version, role, provider }) => [{ name, version, role, provider: provider ?? '' }, 1]),
    ),
    gauge({ name: 'ready', help: 'Whether the scorer can answer: 1 or 0.', aggregation: 'min' }, [
      [{}, isReady ? 1 : 0],
    ]),
    gauge(
      {
        name: 'start_time_seconds',
        help: 'When the scorer began to serve, in seconds since the epoch.',
        unit: 'seconds',
        aggregation: 'min',
      },
      [[{}, startedAtEpochMs / 1000]],
    ),
  ];
}
