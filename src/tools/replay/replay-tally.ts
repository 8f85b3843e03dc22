import type { BatchPart, RecordedBatch, RecordedRow } from './batch.js';
import { type Environment, isExcusedBy, otherEnvironmentExcuse, otherwiseText } from './environment.js';
import { EnvironmentTally } from './environment-tally.js';
import type { Excuse, LoadedModel } from './loaded-model.js';
import type { ModelCounts, ReplayedRecord, ReplayReport, StatusCounts } from './replay-report.js';
import type { ReplayStatus, Verdict } from './verdict.js';

/** Different decisions that the report lists. */
const mostListed = 100;

/** Excuses that are told apart: a why may have a path in it. */
const mostExcuses = 1_000;

type Place = Pick<BatchPart, 'version' | 'provider'>;

/** Counts what records came to. */
export class ReplayTally {
  decisions = 0;
  decidedByHost = 0;
  readonly records = noCounts();
  readonly #environments: EnvironmentTally;
  readonly #onRecord: ((record: ReplayedRecord) => void) | null;
  readonly #models = new Map<string, ModelCounts>();
  readonly #excuses = new Map<string, Excuse & { records: number }>();
  readonly #differences: ReplayedRecord[] = [];
  readonly #largest = { withinTolerance: 0, different: 0 };
  readonly #largestAttention = { withinTolerance: 0, different: 0 };
  #attentionCompared = 0;

  /** @param onRecord told of each record; null where nobody wants to know. */
  constructor(here: Environment, onRecord: ((record: ReplayedRecord) => void) | null) {
    this.#environments = new EnvironmentTally(here);
    this.#onRecord = onRecord;
  }

  excuse(row: RecordedRow, place: Place, excuse: Excuse): void {
    this.#count(place, 'cannotBeReplayed');
    this.#countExcuse(excuse);
    this.#onRecord?.({ ...recordOf(row, 'cannot be replayed'), ...excuse });
  }

  #countExcuse(excuse: Excuse): void {
    const key = this.#excuses.size >= mostExcuses ? excuse.code : `${excuse.code} ${excuse.why}`;
    const counted = this.#excuses.get(key) ?? { ...excuse, records: 0 };
    counted.records += 1;
    this.#excuses.set(key, counted);
  }

  /** @param model that gave the scores. */
  judge(row: RecordedRow, batch: RecordedBatch, verdict: Verdict, model: Pick<LoadedModel, 'scoringHash'>): void {
    const { difference, attentionDifference } = verdict;
    const others = this.#environments.othersOf(batch, model.scoringHash);
    // Elsewhere the same model gives other scores: whether the record is right can't be told here.
    const excuse = verdict.isByOutputs && isExcusedBy(others) ? otherEnvironmentExcuse(others) : null;
    const status = excuse === null ? verdict.status : 'cannot be replayed';
    if (excuse !== null) this.#countExcuse(excuse);
    this.#count(batch, keys[status]);
    if (row.decidedBy === 'host') this.decidedByHost += 1;
    if (attentionDifference !== null) this.#attentionCompared += 1;
    if (status === 'within tolerance' || status === 'different') {
      const key = keys[status];
      this.#largest[key] = Math.max(this.#largest[key], difference);
      this.#largestAttention[key] = Math.max(this.#largestAttention[key], attentionDifference ?? 0);
    }
    this.#environments.count(others, status);
    if (this.#onRecord === null && status !== 'different') return;
    const { fraudProbability, riskScore, decision } = verdict;
    const rawOutputs = row.rawOutputs === null ? {} : { rawOutputs: Array.from(verdict.rawOutputs) };
    const record: ReplayedRecord = {
      ...recordOf(row, status),
      ...(excuse ?? (status === 'identical' || others.length === 0 ? {} : { why: otherwiseText(others) })),
      difference: finite(difference),
      ...(attentionDifference === null ? {} : { attentionDifference: finite(attentionDifference) }),
      ...(others.length === 0 ? {} : { otherwise: others.map(({ what }) => what) }),
      replayed: { decision, fraudProbability, riskScore, ...rawOutputs },
    };
    if (status === 'different' && this.#differences.length < mostListed) this.#differences.push(record);
    this.#onRecord?.(record);
  }

  summary(): Pick<
    ReplayReport,
    | 'decisions'
    | 'records'
    | 'largestDifference'
    | 'cannotBeReplayed'
    | 'models'
    | 'decidedByHost'
    | 'attention'
    | 'here'
    | 'otherEnvironments'
    | 'sameEnvironment'
    | 'differences'
  > {
    const { records, decisions, decidedByHost } = this;
    const largest = ({ withinTolerance, different }: ReplayReport['largestDifference']) => ({
      withinTolerance: records.withinTolerance === 0 ? null : finite(withinTolerance ?? 0),
      different: records.different === 0 ? null : finite(different ?? 0),
    });
    return {
      decisions,
      records,
      largestDifference: largest(this.#largest),
      attention: { compared: this.#attentionCompared, largestDifference: largest(this.#largestAttention) },
      cannotBeReplayed: mostFirst([...this.#excuses.values()]),
      models: [...this.#models.values()],
      decidedByHost,
      ...this.#environments.summary(),
      differences: this.#differences,
    };
  }

  #count({ version }: Place, key: keyof StatusCounts): void {
    this.decisions += 1;
    this.records[key] += 1;
    const { name, version: number, sha256 } = version.model;
    const id = `${name}\n${number}\n${sha256}`;
    const counts = this.#models.get(id) ?? { name, version: number, sha256, ...noCounts() };
    counts[key] += 1;
    this.#models.set(id, counts);
  }
}

const keys = {
  identical: 'identical',
  'within tolerance': 'withinTolerance',
  different: 'different',
  'cannot be replayed': 'cannotBeReplayed',
} as const;

function noCounts(): StatusCounts {
  return { identical: 0, withinTolerance: 0, different: 0, cannotBeReplayed: 0 };
}

function recordOf(row: RecordedRow, status: ReplayStatus): ReplayedRecord {
  const { decisionId, role, decidedBy, decision, fraudProbability, riskScore } = row;
  const rawOutputs = row.rawOutputs === null ? {} : { rawOutputs: [...row.rawOutputs] };
  return { decisionId, status, role, decidedBy, recorded: { decision, fraudProbability, riskScore, ...rawOutputs } };
}

function mostFirst<T extends { records: number }>(list: T[]): T[] {
  return list.sort((a, b) => b.records - a.records);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
