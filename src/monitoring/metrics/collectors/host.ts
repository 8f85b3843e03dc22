import type { MetricFamily } from '../../../api/metrics.js';
import { counter, gauge, histogram } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** How busy the host's event loop is. If it is late, every answer is late. */
export function collectHost({ host, latencyBuckets }: MetricsView): MetricFamily[] {
  const { delay, recentDelay, utilization, gc } = host;
  const unit = 'seconds';
  return [
    histogram(
      { name: 'event_loop_delay_seconds', help: "How late a timer of the host's event loop was.", unit },
      latencyBuckets.boundsSeconds,
      [{ labels: {}, ...latencyBuckets.read((add) => add(delay)) }],
    ),
    gauge(
      {
        name: 'event_loop_delay_max_seconds',
        help: 'The longest delay of the event loop in the last 10 seconds.',
        unit,
        aggregation: 'max',
      },
      [[{}, (recentDelay.max ?? 0) / 1000]],
    ),
    gauge(
      {
        name: 'event_loop_utilization_ratio',
        help: 'The share of the last 10 seconds in which the event loop was busy, from 0 to 1.',
        unit: 'ratio',
        aggregation: 'average',
      },
      [[{}, utilization ?? 0]],
    ),
    counter(
      { name: 'gc_pauses_total', help: 'Garbage collection pauses of the host, by kind.' },
      gc.map(({ kind, count }) => [{ kind }, count]),
    ),
    counter(
      {
        name: 'gc_pause_seconds_total',
        help: 'Total time of the garbage collection pauses of the host, by kind.',
        unit,
      },
      gc.map(({ kind, pauseMs }) => [{ kind }, pauseMs / 1000]),
    ),
  ];
}
