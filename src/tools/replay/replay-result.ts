import type { ReplayReport } from './replay-report.js';

/**
 * What a replay came to:
 * - `as recorded`: each decision that a model took is identical or within the tolerance;
 * - `different`: a decision is different, or a part of a file is damaged;
 * - `nothing replayed`: no decision could be compared;
 * - `partly replayed`: all that could be compared is as recorded, but some decisions that a model took could not be compared.
 */
export type ReplayResult = 'as recorded' | 'different' | 'nothing replayed' | 'partly replayed';

/** Decisions that were compared. */
export function comparedOf({ records }: Pick<ReplayReport, 'records'>): number {
  return records.identical + records.withinTolerance + records.different;
}

/** Decisions that a model took and that could not be compared. Those of the fallback have no scores: there is nothing to compute again. */
export function notReplayedOf({ cannotBeReplayed }: Pick<ReplayReport, 'cannotBeReplayed'>): number {
  return cannotBeReplayed
    .filter(({ code }) => code !== 'decided-by-fallback')
    .reduce((sum, { records }) => sum + records, 0);
}

export function resultOf(report: Pick<ReplayReport, 'records' | 'cannotBeReplayed' | 'damaged'>): ReplayResult {
  if (report.records.different > 0) return 'different';
  if (comparedOf(report) === 0) return 'nothing replayed';
  if (report.damaged.length > 0) return 'different';
  return notReplayedOf(report) > 0 ? 'partly replayed' : 'as recorded';
}
