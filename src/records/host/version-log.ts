import type { DecisionPolicy } from '../../api/policy.js';
import type { Provider } from '../../api/provider.js';
import type { RecordRole } from '../../api/records.js';
import type { FallbackResult, ModelIdentity, ModelResult } from '../../api/result.js';
import type { Traces } from '../../monitoring/traces/traces.js';
import type { FeatureRows } from '../../requests/feature-rows.js';
import { noCopy, type RequestTable } from '../../requests/request-table.js';
import type { Lane } from '../../scheduling/lanes.js';
import type { VersionContext } from '../format/contexts.js';
import { wordsOf } from './copy-words.js';
import type { DecisionLog } from './decision-log.js';
import type { EntryShared, RowSources } from './entry-writer.js';
import { MemoryWords } from './memory-words.js';
import { RowStage } from './row-stage.js';
import { SharedFields } from './shared-fields.js';

/** What a version's log needs to know of it. */
export interface VersionLogOptions {
  log: DecisionLog;
  /** What its decisions have in common, but for the number that they refer to it by. */
  context: Omit<VersionContext, 'runtime' | 'number'>;
  features: FeatureRows;
  table: RequestTable;
  maxBatchSize: number;
  /** Columns of the attention output, and raw outputs of a row; 0 where there are none. Known once a worker is ready. */
  workers: Readonly<Pick<EntryShared, 'attentionWidth' | 'rawWidth'>>;
  /** What decides now. */
  policy: { readonly rounded: DecisionPolicy };
  role: () => RecordRole;
  /** Where requests are traced. A shadow's are not. */
  traces?: Pick<Traces, 'open' | 'idsOf'> | undefined;
  /** The number of a request among those that shadows have copies of, by what the table holds for the row. */
  copyNumber: (row: number) => number;
}

/** A request whose answer waits for its reasons: what is known of its batch. */
interface Held {
  /** The recording that the batch was numbered in. */
  epoch: number;
  batch: number;
  batchSize: number;
  inferenceMs: number;
  provider: Provider;
  place: number;
  policy: DecisionPolicy;
  /** The row's raw outputs; null where there are none. */
  raw: Float32Array | null;
}

/** Rows without further outputs, the first at the beginning. */
const noSources = { featuresFrom: 0, attention: null, attentionFrom: 0, raw: null, rawFrom: 0 };

/** One version's decisions on their way to the log: collected while a batch is answered, and written together. */
export class VersionLog {
  readonly #options: VersionLogOptions;
  readonly #held = new Map<number, Held>();
  /** Of the batch that is being answered. */
  #stage: RowStage | null = null;
  /** Of one decision by itself, which may come while a batch is being answered: the host's code hears of each answer, and may do anything. */
  readonly #single = new RowStage(1);
  /** The recording to which the context was told. */
  #told = -1;
  #context = 0;
  #batch = -1;
  #policy: DecisionPolicy | null = null;
  #role: RecordRole = 'primary';
  /** Of the next entry. They are the same objects each time, so that a batch makes no garbage. */
  readonly #shared: SharedFields;
  readonly #sources: RowSources = { ...noSources, features: new Uint32Array(0) };
  readonly #words = new MemoryWords();

  constructor(options: VersionLogOptions) {
    this.#options = options;
    this.#shared = new SharedFields(options.features.layout.stride, options.policy.rounded);
  }

  /** Whether decisions are recorded. */
  get isActive(): boolean {
    return this.#options.log.isActive;
  }

  /** A batch is going to be answered. */
  begin(): void {
    const { log, role } = this.#options;
    this.#batch = log.nextBatch();
    this.#policy = null;
    this.#role = role();
  }

  /** A row of the batch was decided. Call it before the caller hears of it: the row's memory goes to others then. */
  add(row: number, place: number, result: ModelResult, policy: DecisionPolicy, lane: Lane, inferenceMs: number): void {
    const { log } = this.#options;
    if (!log.isActive || !log.wants(result.decision, this.#role)) return;
    if (this.#policy !== null && this.#policy !== policy) this.end(lane, inferenceMs, result.provider);
    this.#policy = policy;
    this.#stage ??= new RowStage(this.#options.maxBatchSize);
    this.#stageRow(this.#stage, row, place, result, this.#role);
  }

  /** All rows of the batch that could be answered were. */
  end(lane: Lane, inferenceMs: number, provider: Provider): void {
    const stage = this.#stage;
    const policy = this.#policy;
    if (stage === null || policy === null || stage.count === 0) return;
    const { features, maxBatchSize } = this.#options;
    const shared = this.#share().with(this.#batch, lane.count, inferenceMs, provider, policy, this.#role);
    const sources = this.#sources;
    // What the worker saw: the batch's own copy, which nobody writes to before it is sent again.
    sources.features = this.#words.of(features.floats);
    sources.featuresFrom = (features.firstLaneRow + lane.index * maxBatchSize) * features.layout.stride;
    sources.attention = lane.attention;
    sources.raw = lane.raw;
    this.#options.log.write(stage, shared, sources);
  }

  /** A row of the batch waits for its reasons. */
  hold(row: number, place: number, policy: DecisionPolicy, lane: Lane, inferenceMs: number, provider: Provider): void {
    if (!this.isActive) return;
    const { rawWidth } = this.#options.workers;
    // The lane may be another batch's once the row is answered.
    const raw = rawWidth === 0 ? null : lane.raw.slice(place * rawWidth, (place + 1) * rawWidth);
    const { epoch } = this.#options.log;
    this.#held.set(row, {
      epoch,
      batch: this.#batch,
      batchSize: lane.count,
      inferenceMs,
      provider,
      place,
      policy,
      raw,
    });
  }

  /** A row that was held is going to be answered. */
  answerHeld(row: number, result: ModelResult): void {
    const held = this.#held.get(row);
    if (held === undefined) return;
    this.#held.delete(row);
    const { log, features } = this.#options;
    const role = this.#options.role();
    if (!log.isActive || !log.wants(result.decision, role)) return;
    this.#stageRow(this.#single, row, held.place, result, role);
    const { batchSize, inferenceMs, provider, place, policy, raw } = held;
    const { attentionWidth, rawWidth } = this.#options.workers;
    // A recording that began meanwhile has another batch of that number.
    const batch = held.epoch === log.epoch ? held.batch : log.nextBatch();
    const shared = this.#share().with(batch, batchSize, inferenceMs, provider, policy, role);
    log.write(this.#single, shared, {
      // The lane may be another batch's by now: the request's own row, and the answer, have the same. They have no other rows, so that this one begins
      // them whatever its place.
      features: this.#words.of(features.floats),
      featuresFrom: features.start(row) - place * features.layout.stride,
      attention: result.attention === undefined ? null : Float32Array.from(result.attention),
      attentionFrom: -place * attentionWidth,
      raw,
      rawFrom: -place * rawWidth,
    });
  }

  /** A row that was held gets no answer of the model's. */
  forget(row: number): void {
    if (this.#held.size > 0) this.#held.delete(row);
  }

  /** The features of a row that is about to be let go of; null where nobody wants them. */
  keep(row: number): Float32Array | null {
    if (!this.isActive) return null;
    const { floats, layout } = this.#options.features;
    const start = this.#options.features.start(row);
    return floats.slice(start, start + layout.stride);
  }

  /** The fallback decided. `features` are as `keep` gave them; null where the request was not read. */
  fallback(
    result: FallbackResult,
    { features, amount, bucket, copy }: { features: Float32Array | null; amount: number; bucket: number; copy: number },
  ): void {
    const { log, policy } = this.#options;
    const role = this.#options.role();
    if (!log.isActive || !log.wants(result.decision, role)) return;
    this.#single.fallback(result, { amount, bucket, copy });
    const shared = this.#share().with(-1, 0, Number.NaN, null, policy.rounded, role);
    log.write(this.#single, shared, features === null ? null : { ...noSources, features: wordsOf(features) });
  }

  /** A call of `scoreColumns` was answered. */
  columns(model: ModelIdentity, rows: number, counts: { APPROVE: number; REVIEW: number; BLOCK: number }): void {
    const { log } = this.#options;
    if (!log.isActive) return;
    const { APPROVE, REVIEW, BLOCK } = counts;
    log.columns(model, this.#contextNumber(), rows, { APPROVE, REVIEW, BLOCK });
  }

  /** The most that a batch of so many rows takes in the ring, but for its texts, in bytes. */
  bytesOf(rows: number): number {
    const { features, workers } = this.#options;
    const words = features.layout.stride + workers.attentionWidth + workers.rawWidth;
    return rows * (64 + 4 * words + 64) + 128;
  }

  #stageRow(stage: RowStage, row: number, place: number, result: ModelResult, role: RecordRole): void {
    const { table, copyNumber } = this.#options;
    const copy = table.copy[row] === noCopy && role !== 'shadow' ? -1 : copyNumber(row);
    stage.answered(result, table, row, place, copy, this.#further(row, result.reasons));
  }

  /** What only some decisions have, as JSON; empty where this one has nothing. */
  #further(row: number, reasons: ModelResult['reasons']): string {
    const { traces } = this.#options;
    const trace = traces !== undefined && traces.open > 0 ? traces.idsOf(row) : null;
    if (trace === null) return reasons === undefined ? '' : JSON.stringify({ reasons });
    return JSON.stringify(reasons === undefined ? { trace } : { reasons, trace });
  }

  /** What the rows of the next entry share. */
  #share(): SharedFields {
    const { log, workers } = this.#options;
    return this.#shared.of(this.#contextNumber(), log.now(), workers);
  }

  #contextNumber(): number {
    const { log, context } = this.#options;
    if (this.#told === log.epoch) return this.#context;
    this.#told = log.epoch;
    this.#context = log.nextContext();
    log.recording?.sendContext({ ...context, number: this.#context });
    return this.#context;
  }
}
