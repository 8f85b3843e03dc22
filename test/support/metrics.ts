import type { HistogramSample, Metrics } from '../../src/index.js';

type Labels = Readonly<Record<string, string>>;

/** The sum of a counter's or a gauge's samples that have these labels; undefined where there is none. */
export function valueIn(metrics: Metrics, name: string, labels: Labels = {}): number | undefined {
  const family = metrics.find((one) => one.name === name);
  if (family === undefined || family.type === 'histogram') throw new Error(`there is no counter or gauge ${name}`);
  const found = family.samples.filter((sample) => hasLabels(sample, labels));
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** The one distribution of a histogram that has these labels. */
export function distributionOf(metrics: Metrics, name: string, labels: Labels = {}): HistogramSample | undefined {
  const family = metrics.find((one) => one.name === name);
  if (family?.type !== 'histogram') throw new Error(`there is no histogram ${name}`);
  return family.samples.find((sample) => hasLabels(sample, labels));
}

/** All values that a label has. */
export function labelValues(metrics: Metrics, label: string): string[] {
  const all = metrics.flatMap(({ samples }) => samples.flatMap(({ labels }) => labels[label] ?? []));
  return [...new Set(all)].sort();
}

function hasLabels({ labels }: { labels: Labels }, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
