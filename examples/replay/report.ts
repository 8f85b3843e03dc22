import type { Alert, BusinessSummary, Decision, ModelIdentity, RiskLevel, Summary } from 'fraud-scorer';
import type { BadRow } from '../../models/visa-fraud/csv/bad-row-error.js';
import type { DelayedLabels } from './delayed-labels.js';
import type { RankingQuality } from './ranking-quality.js';
import type { Replay } from './replay.js';
import type { Percentiles } from './response-times.js';
import type { SkippedRows } from './skipped-rows.js';

/** An alert of the replay, with the times at which it was raised and cleared (if it was), in seconds after the start. */
export type AlertNote = Pick<Alert, 'rule' | 'severity' | 'value' | 'threshold' | 'message'> & {
  raisedSeconds: number;
  clearedSeconds: number | null;
};

/** All results of a replay, as plain JSON. A value that needs transactions or labels that are missing is null. */
export interface ReplayReport {
  input: string;
  model: ModelIdentity;
  /** What ended the replay early: 'SIGINT' or 'SIGTERM'; null if nothing did. */
  stoppedBy: string | null;
  startedAt: string;
  /** From the first transaction to the last answer. */
  durationSeconds: number;
  /** Scored transactions per second, over the duration. */
  throughputPerSecond: number | null;
  rows: { read: number; scored: number; failed: number; skipped: number };
  decisions: Record<Decision, number>;
  riskLevels: Record<RiskLevel, number>;
  /** Transactions that could not be scored, by the error's code. */
  errors: Record<string, number>;
  /** As the SDK measured it from score() to the answer. */
  latencyMs: Summary['performance']['latencyMs'];
  /** With a given rate: from when a transaction was due to its answer. */
  pacing: { ratePerSecond: number; responseMs: Percentiles | null } | null;
  /** Compared with the labels of all scored transactions, also those that were not known in time. Positive is BLOCK or REVIEW. */
  quality: RankingQuality & {
    labelled: number;
    frauds: number;
    fraudShare: number | null;
    /** Average precision divided by the share of fraud, which is the average precision of a random score. */
    averagePrecisionLift: number | null;
    confusion: BusinessSummary['confusion'];
    precision: number | null;
    detectionRate: number | null;
    falsePositiveRate: number | null;
  };
  /** Labels that were reported to the SDK when their delay had passed in the data's own time. The SDK's summary uses those. */
  outcomes: { labelDelayDays: number; matched: number; unmatched: number; notYetKnown: number };
  skippedRows: { count: number; first: readonly BadRow[] };
  alerts: readonly AlertNote[];
  summary: Summary;
}

export interface ReportParts {
  input: string;
  stoppedBy: string | null;
  startedAtMs: number;
  durationSeconds: number;
  ratePerSecond: number | undefined;
  labelDelayDays: number;
  replay: Pick<Replay, 'sent' | 'tally' | 'responseTimes'>;
  labels: Pick<DelayedLabels, 'counts'>;
  skipped: Pick<SkippedRows, 'count' | 'first'>;
  alerts: readonly AlertNote[];
  summary: Summary;
}

export function buildReport(parts: ReportParts): ReplayReport {
  const { replay, labels, skipped, summary, durationSeconds, ratePerSecond } = parts;
  const { tally } = replay;
  return {
    input: parts.input,
    model: summary.model,
    stoppedBy: parts.stoppedBy,
    startedAt: new Date(parts.startedAtMs).toISOString(),
    durationSeconds,
    throughputPerSecond: ratio(tally.scored, durationSeconds),
    rows: {
      read: replay.sent + skipped.count,
      scored: tally.scored,
      failed: tally.failed,
      skipped: skipped.count,
    },
    decisions: { ...tally.decisions },
    riskLevels: { ...tally.levels },
    errors: Object.fromEntries(tally.errors),
    latencyMs: summary.performance.latencyMs,
    pacing: ratePerSecond === undefined ? null : { ratePerSecond, responseMs: replay.responseTimes.percentilesMs },
    quality: qualityOf(tally),
    outcomes: {
      labelDelayDays: parts.labelDelayDays,
      matched: labels.counts.matched,
      unmatched: labels.counts.unmatched,
      notYetKnown: labels.counts.waiting,
    },
    skippedRows: { count: skipped.count, first: skipped.first },
    alerts: parts.alerts,
    summary,
  };
}

function qualityOf(tally: Replay['tally']): ReplayReport['quality'] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = tally.confusion;
  const frauds = truePositives + falseNegatives;
  const labelled = frauds + falsePositives + trueNegatives;
  const fraudShare = ratio(frauds, labelled);
  const ranking = tally.ranking();
  return {
    labelled,
    frauds,
    fraudShare,
    ...ranking,
    averagePrecisionLift: ranking.averagePrecision === null ? null : ratio(ranking.averagePrecision, fraudShare ?? 0),
    confusion: { ...tally.confusion },
    precision: ratio(truePositives, truePositives + falsePositives),
    detectionRate: ratio(truePositives, frauds),
    falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}
