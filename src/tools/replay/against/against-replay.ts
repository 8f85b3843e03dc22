import { Buffer } from 'node:buffer';
import { decide, defaultPolicy, roundPolicy } from '../../../answering/policy.js';
import type { DecisionPolicy } from '../../../api/policy.js';
import type { ModelDirectory } from '../../../models/model-directory.js';
import type { RecordedBatch, RecordedRow, RowFeatures } from '../batch.js';
import { BatchQueue, type RowOutcome } from '../batch-queue.js';
import { writeFeatures } from '../feature-bytes.js';
import { type LoadedModel, loadedModel } from '../loaded-model.js';
import type { RecordedVersion } from '../recorded-version.js';
import type { ReplayRunner } from '../replay-runner.js';
import { roundedPolicy } from '../verdict.js';
import type { AgainstReport } from './against-report.js';
import { AgainstTally } from './against-tally.js';
import { FeatureMapping } from './feature-mapping.js';
import { type FeatureSource, featureSource } from './feature-source.js';
import type { Labels } from './labels.js';

export interface AgainstOptions {
  model: ModelDirectory;
  /** Whose thresholds decide: those of the model's manifest, or the recorded ones. */
  policy: 'own' | 'recorded';
  labels: Labels;
  runner: ReplayRunner;
}

interface Source {
  features: FeatureSource;
  mapping: FeatureMapping;
  /** A recorded row, where it has to be made of lines of JSON. */
  row: Buffer;
}

/** Runs recorded batches through another model, and counts what it would have decided. */
export class AgainstReplay {
  readonly #options: AgainstOptions;
  readonly #tally: AgainstTally;
  readonly #queue: BatchQueue;
  readonly #own: DecisionPolicy;
  readonly #sources = new Map<RecordedVersion, Source | null>();
  readonly #notes = new Set<string>();

  constructor(options: AgainstOptions) {
    const { manifest } = options.model;
    this.#options = options;
    this.#own = roundPolicy({ ...defaultPolicy, ...manifest.policy });
    this.#tally = new AgainstTally(options.labels);
    this.#queue = new BatchQueue({
      runner: options.runner,
      model: loadedModel(options.model),
      write: ({ features }, { version }, bytes) => features !== null && this.#write(features, version, bytes),
      onRow: (row, _, outcome) => this.#count(row, outcome),
      withAttention: false,
    });
  }

  /** A decision that was in no batch. */
  skip(row: RecordedRow): void {
    this.#tally.skip(row.role === 'shadow' ? 'shadow' : 'fallback');
  }

  /**
   * @param recorded the model that decided, where it is there.
   * @throws {InvalidOptionsError} where the other model takes features that the records do not have.
   */
  async add(batch: RecordedBatch, recorded: LoadedModel | null): Promise<void> {
    const rows = batch.rows.filter((row) => this.#isComparable(row));
    if (rows.length === 0) return;
    if (this.#sourceOf(batch.version, recorded) === null) {
      for (const _ of rows) this.#tally.skip('noFeatures');
      return;
    }
    await this.#queue.add({ ...batch, rows });
  }

  async end(): Promise<AgainstReport> {
    await this.#queue.end();
    const { model, policy } = this.#options;
    const { name, version } = model.manifest;
    const { failure } = this.#queue;
    if (failure !== null) this.#notes.add(`The model can't be run here: ${failure}`);
    return {
      model: { name, version, sha256: model.sha256 },
      policy,
      thresholds: policy === 'own' ? { ...defaultPolicy, ...model.manifest.policy } : null,
      ...this.#tally.summary(),
      notes: [...this.#notes],
    };
  }

  #isComparable(row: RecordedRow): boolean {
    if (row.role === 'shadow') this.#tally.skip('shadow');
    else if (row.fraudProbability === null || row.riskScore === null) this.#tally.skip('fallback');
    else if (row.features === null || row.isMasked) this.#tally.skip('noFeatures');
    else return true;
    return false;
  }

  #sourceOf(version: RecordedVersion, recorded: LoadedModel | null): Source | null {
    const known = this.#sources.get(version);
    if (known !== undefined) return known;
    const features = featureSource(version, recorded);
    const { inputs } = this.#options.model.manifest;
    const mapping = features === null ? null : new FeatureMapping(features, inputs);
    const source =
      features === null || mapping === null ? null : { features, mapping, row: Buffer.alloc(4 * features.stride) };
    for (const note of mapping?.notes ?? []) this.#notes.add(note);
    this.#sources.set(version, source);
    return source;
  }

  #write(recorded: RowFeatures, version: RecordedVersion, bytes: Buffer): boolean {
    const source = this.#sources.get(version);
    if (source === undefined || source === null) return false;
    const { features, mapping, row } = source;
    if (Buffer.isBuffer(recorded)) return recorded.length === row.length && mapping.write(recorded, bytes);
    row.fill(0);
    return writeFeatures(row, recorded, features.layoutOfRow, features.texts) && mapping.write(row, bytes);
  }

  #count(row: RecordedRow, outcome: RowOutcome): void {
    if (outcome === 'unreadable' || outcome === 'failed') {
      this.#tally.skip(outcome);
      return;
    }
    const policy = this.#options.policy === 'own' ? this.#own : roundedPolicy(row.policy);
    const { fraudProbability, riskScore } = outcome;
    // No score of such a value would have been answered.
    if (!(fraudProbability >= 0 && fraudProbability <= 1)) this.#tally.skip('failed');
    else this.#tally.add(row, decide(fraudProbability, riskScore, policy), fraudProbability);
  }
}
