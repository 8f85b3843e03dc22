import type { BatchPart, RecordedBatch, RecordedRow } from './batch.js';
import { type Environment, type OtherEnvironment, otherEnvironment, otherEnvironmentExcuse } from './environment.js';
import type { Excuse, LoadedModel } from './loaded-model.js';
import type { RecordedVersion } from './recorded-version.js';
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
  readonly #here: Environment;
  readonly #onRecord: ((record: ReplayedRecord) => void) | null;
  readonly #models = new Map<string, ModelCounts>();
  readonly #excuses = new Map<string, Excuse & { records: number }>();
  readonly #others = new Map<string, OtherEnvironment & { records: number; cannotBeReplayed: number }>();
  readonly #othersOf = new Map<RecordedVersion, Map<string, OtherEnvironment[]>>();
  readonly #differences: ReplayedRecord[] = [];
  readonly #largest = { withinTolerance: 0, different: 0 };

  /** @param onRecord told of each record; null where nobody wants to know. */
  constructor(here: Environment, onRecord: ((record: ReplayedRecord) => void) | null) {
    this.#here = here;
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
    const { difference } = verdict;
    const others = this.#otherwise(batch, model.scoringHash);
    // Elsewhere the same model gives other scores: whether the record is right can't be told here.
    const excuse = verdict.isByScores && others.length > 0 ? otherEnvironmentExcuse(others) : null;
    const status = excuse === null ? verdict.status : 'cannot be replayed';
    if (excuse !== null) this.#countExcuse(excuse);
    this.#count(batch, keys[status]);
    if (row.decidedBy === 'host') this.decidedByHost += 1;
    if (status === 'within tolerance')
      this.#largest.withinTolerance = Math.max(this.#largest.withinTolerance, difference);
    if (status === 'different') this.#largest.different = Math.max(this.#largest.different, difference);
    for (const other of others) this.#countOther(other, status);
    if (this.#onRecord === null && status !== 'different') return;
    const { fraudProbability, riskScore, decision } = verdict;
    const rawOutputs = row.rawOutputs === null ? {} : { rawOutputs: Array.from(verdict.rawOutputs) };
    const record: ReplayedRecord = {
      ...recordOf(row, status),
      ...excuse,
      difference: finite(difference),
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
    | 'here'
    | 'otherEnvironments'
    | 'differences'
  > {
    const { withinTolerance, different } = this.#largest;
    const { records, decisions, decidedByHost } = this;
    return {
      decisions,
      records,
      largestDifference: {
        withinTolerance: records.withinTolerance === 0 ? null : finite(withinTolerance),
        different: records.different === 0 ? null : finite(different),
      },
      cannotBeReplayed: mostFirst([...this.#excuses.values()]),
      models: [...this.#models.values()],
      decidedByHost,
      here: this.#here,
      otherEnvironments: mostFirst([...this.#others.values()]),
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

  #otherwise({ version, provider }: Place, scoringHash: string): OtherEnvironment[] {
    const byProvider = this.#othersOf.get(version) ?? new Map<string, OtherEnvironment[]>();
    this.#othersOf.set(version, byProvider);
    const known = byProvider.get(String(provider)) ?? otherEnvironment({ version, provider }, this.#here, scoringHash);
    byProvider.set(String(provider), known);
    return known;
  }

  #countOther(other: OtherEnvironment, status: ReplayStatus): void {
    const key = `${other.what} ${other.recorded}`;
    const counted = this.#others.get(key) ?? { ...other, records: 0, cannotBeReplayed: 0 };
    counted.records += 1;
    if (status === 'cannot be replayed') counted.cannotBeReplayed += 1;
    this.#others.set(key, counted);
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
