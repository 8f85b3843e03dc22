import type { MetricFamily } from '../../api/metrics.js';

/** One line of an exposition. `suffix` is what a histogram's lines have behind the family's name. */
export interface Series {
  suffix: '' | '_bucket' | '_sum' | '_count';
  labels: Record<string, string>;
  /** The upper end of a bucket. */
  le?: number;
  value: number;
}

/** The lines of a family, in the order in which Prometheus wants a histogram's. @param labels that all of them get. */
export function seriesOf(family: MetricFamily, labels: Readonly<Record<string, string>>): Series[] {
  if (family.type !== 'histogram') {
    return family.samples.map((sample) => ({
      suffix: '',
      labels: { ...sample.labels, ...labels },
      value: sample.value,
    }));
  }
  return family.samples.flatMap((sample): Series[] => {
    const all = { ...sample.labels, ...labels };
    return [
      ...sample.buckets.map(({ le, count }): Series => ({ suffix: '_bucket', labels: all, le, value: count })),
      { suffix: '_bucket', labels: all, le: Number.POSITIVE_INFINITY, value: sample.count },
      { suffix: '_sum', labels: all, value: sample.sum },
      { suffix: '_count', labels: all, value: sample.count },
    ];
  });
}
