import type { MetricFamily } from '../../../api/metrics.js';
import { counter, type Value } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** What shadows would have decided, compared with the actual decisions. */
export function collectShadows({ shadows }: MetricsView): MetricFamily[] {
  const flips: Value[] = [];
  const compared: Value[] = [];
  const dropped: Value[] = [];
  for (const { version, shadow } of shadows) {
    let pairs = 0;
    for (const [from, row] of Object.entries(shadow.flips)) {
      for (const [to, count] of Object.entries(row)) {
        pairs += count;
        if (from !== to) flips.push([{ from, to, version }, count]);
      }
    }
    compared.push([{ version }, pairs]);
    for (const [reason, count] of Object.entries(shadow.dropped)) dropped.push([{ reason, version }, count]);
  }
  return [
    counter(
      {
        name: 'shadow_flips_total',
        help: 'Requests that a shadow (version) would have decided otherwise: from the actual decision, to that of the shadow.',
      },
      flips,
    ),
    counter(
      { name: 'shadow_compared_total', help: 'Requests that a shadow and the version that answered both scored.' },
      compared,
    ),
    counter({ name: 'shadow_dropped_total', help: 'Sampled requests that were not compared, by reason.' }, dropped),
  ];
}
