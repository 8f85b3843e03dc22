import type { MetricFamily } from '../../../api/metrics.js';
import { BatchSizes, batchSizeBounds } from '../../batch-sizes.js';
import { type Distribution, histogram } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** The histograms of a version's recorders. */
type Duration = 'latency' | 'queue' | 'inference';

/** How long the model's answers took, and how large the batches were. */
export function collectDurations(view: MetricsView): MetricFamily[] {
  const { boundsSeconds } = view.latencyBuckets;
  const unit = 'seconds';
  return [
    histogram(
      {
        name: 'request_duration_seconds',
        help: 'From score() to the result, of requests that the model answered.',
        unit,
      },
      boundsSeconds,
      durations(view, 'latency'),
    ),
    histogram(
      {
        name: 'queue_duration_seconds',
        help: 'From score() until the batch was sent, of requests that the model answered.',
        unit,
      },
      boundsSeconds,
      durations(view, 'queue'),
    ),
    histogram(
      {
        name: 'inference_duration_seconds',
        help: 'How long a worker took over a batch, counted once for each of its requests.',
        unit,
      },
      boundsSeconds,
      durations(view, 'inference'),
    ),
    histogram(
      { name: 'batch_rows', help: 'Requests in a batch, counted once for each batch.', unit: 'rows' },
      batchSizeBounds,
      batchRows(view),
    ),
  ];
}

function durations({ counted, latencyBuckets }: MetricsView, duration: Duration): Distribution[] {
  return versionsOf(counted).map(([version, all]) => ({
    labels: { version },
    ...latencyBuckets.read((add) => {
      for (const { history } of all) history.eachSinceStart((recorder) => add(recorder[duration]));
    }),
  }));
}

function batchRows({ counted }: MetricsView): Distribution[] {
  return versionsOf(counted).map(([version, all]) => {
    const sizes = new BatchSizes();
    for (const stats of all) sizes.add(stats.batchRows);
    return { labels: { version }, count: sizes.batches, sum: sizes.rows, counts: [...sizes.counts] };
  });
}

/** Requests that were refused before a version was chosen have no model times. */
function versionsOf(counted: MetricsView['counted']) {
  return [...counted].filter(([version]) => version !== '');
}
