import { FieldReader } from '../validation/field-reader.js';
import { describeKind } from '../validation/issues.js';
import type { ModelProfile, ProfileEntry } from './profile-model.js';

/** The result of a batch size, with any number of sessions. */
export type MeasuredBatch = Omit<ProfileEntry, 'sessions'>;

/** The recommendation if nothing was measured. */
const defaultBatchSize = 8;

/** The share of the memory that may be used. */
const defaultMemoryShare = 0.8;

/** Options of `recommendBatchSize`. */
export interface RecommendBatchSizeOptions {
  /** Whether to find the most rows per second, or the shortest run. @default 'throughput' */
  target?: 'throughput' | 'latency' | undefined;
  /** The P99 of a run must be within this, in ms; above 0. @default no limit */
  latencyBudgetMs?: number | undefined;
  /** The share of the memory that the sessions may take together; above 0, at most 1. @default 0.8 */
  memoryShare?: number | undefined;
}

/**
 * The batch size of a profile that serves the target best, among those within the memory and the latency budget. If none is within them,
 * the nearest one: with the least memory, or the shortest P99.
 *
 * @returns rows; 8 for an empty profile.
 * @throws {InvalidOptionsError} if an option is not valid.
 */
export function recommendBatchSize(
  profile: ModelProfile | readonly MeasuredBatch[],
  options: RecommendBatchSizeOptions = {},
): number {
  const reader = new FieldReader(options);
  const target = reader.oneOf('target', ['throughput', 'latency'], 'throughput');
  const range = { above: 0, unit: 'milliseconds' };
  const latencyBudgetMs = reader.number('latencyBudgetMs', Number.POSITIVE_INFINITY, range);
  const memoryShare = reader.number('memoryShare', defaultMemoryShare, { above: 0, max: 1 });
  reader.rejectUnknown();
  const entries = entriesOf(profile);
  if (entries === null) {
    reader.issues.add('profile', 'what profileModel resolves to, or a list of entries', describeKind(profile));
  }
  reader.throwIfInvalid();

  const fitting = within(entries ?? [], shareOfMemory, memoryShare);
  const timely = within(fitting, ({ latencyMs }) => latencyMs.p99, latencyBudgetMs);
  const best =
    target === 'throughput'
      ? least(timely, (entry) => -entry.rowsPerSecond)
      : least(timely, (entry) => entry.latencyMs.mean);
  return best?.batchSize ?? defaultBatchSize;
}

/** null if it is neither a profile nor a list. A promise of a profile is neither. */
function entriesOf(profile: ModelProfile | readonly MeasuredBatch[]): readonly MeasuredBatch[] | null {
  if (typeof profile !== 'object' || profile === null) return null;
  const entries = 'model' in profile ? profile.entries : profile;
  return Array.isArray(entries) ? entries : null;
}

/** Whether a batch is within the latency budget and the recommended memory. */
export function isWithin(entry: MeasuredBatch, latencyBudgetMs: number): boolean {
  return entry.latencyMs.p99 <= latencyBudgetMs && shareOfMemory(entry) <= defaultMemoryShare;
}

/** 0 if it is not known, so that it excludes no batch size. */
function shareOfMemory({ memoryGb, memoryTotalGb }: MeasuredBatch): number {
  const share = memoryGb === null ? Number.NaN : memoryGb / memoryTotalGb;
  return Number.isFinite(share) ? share : 0;
}

/** Those whose cost is within the limit, or the cheapest if there are none. */
function within(
  entries: readonly MeasuredBatch[],
  cost: (entry: MeasuredBatch) => number,
  limit: number,
): MeasuredBatch[] {
  const affordable = entries.filter((entry) => cost(entry) <= limit);
  if (affordable.length > 0) return affordable;
  const cheapest = least(entries, cost);
  return cheapest === undefined ? [] : [cheapest];
}

function least(entries: readonly MeasuredBatch[], cost: (entry: MeasuredBatch) => number): MeasuredBatch | undefined {
  let best: MeasuredBatch | undefined;
  for (const entry of entries) if (best === undefined || cost(entry) < cost(best)) best = entry;
  return best;
}
