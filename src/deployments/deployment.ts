import { Answers } from '../answering/answers.js';
import { Explanations } from '../answering/explanations.js';
import { scoreChunk } from '../answering/score-chunk.js';
import type { ModelDescription } from '../api/model-description.js';
import type { ModelIdentity } from '../api/result.js';
import { ColumnAreas } from '../columns/column-areas.js';
import { ColumnQueue } from '../columns/column-queue.js';
import { DeadlineExceededError, type FraudScorerError } from '../errors.js';
import { describeModel } from '../models/describe-model.js';
import type { ModelDirectory } from '../models/model-directory.js';
import type { DriftWatch } from '../monitoring/drift/drift-watch.js';
import { BatchTraces } from '../monitoring/traces/batch-traces.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import { featureNames } from '../protocol/feature-names.js';
import { rawRoomOf } from '../protocol/raw-outputs.js';
import { tasksPerWorker } from '../protocol/serving.js';
import { VersionLog } from '../records/host/version-log.js';
import { FeatureRows } from '../requests/feature-rows.js';
import { rowStates } from '../requests/request-table.js';
import { rowLayoutOf } from '../requests/row-layout.js';
import { type BatchPolicy, expectedWaitMs } from '../scheduling/batch-policy.js';
import { Batcher } from '../scheduling/batcher.js';
import { Lanes, laneRowsOf } from '../scheduling/lanes.js';
import { allocate } from './allocate.js';
import type { DeploymentOptions, DeploymentParts } from './deployment-options.js';
import { driftWatchOf } from './drift-watch-of.js';
import { memoryLayoutOf } from './memory-pool.js';
import { PolicyLayers } from './policy-layers.js';
import { recordContext } from './record-context.js';
import { ServingWorkers } from './serving-workers.js';

/** The most rows of `scoreColumns` that a worker gets at once. On a CPU, larger batches gain only a few percent. */
const columnChunkRows = 1_024;

/** One version of a model: its workers, the memory that it shares with them, its queue, and the handling of its requests. */
export class Deployment {
  /** The index of this version. The request table stores it. */
  readonly index: number;
  readonly model: ModelIdentity;
  /** The inputs and features of the model. */
  readonly description: ModelDescription;
  readonly stats: VersionStats;
  readonly columnStats: VersionStats;
  readonly policy: PolicyLayers;
  readonly features: FeatureRows;
  readonly batcher: Batcher;
  readonly columns: ColumnQueue;
  readonly workers: ServingWorkers;
  readonly explanations: Explanations;
  /** null if drift is not measured, or the manifest has no reference. */
  readonly drift: DriftWatch | null;
  /** When the version began to serve, in milliseconds since the epoch. */
  since: number;
  readonly workersGiven: number | null;
  readonly limits: BatchPolicy;
  /** A row of feature memory that belongs to no request. It is used to check a request that is not taken in. */
  readonly scratchRow: number;
  readonly directory: ModelDirectory;
  /** Its decisions on their way to where they are recorded. */
  readonly log: VersionLog;
  readonly #parts: DeploymentParts;
  readonly #lanes: Lanes;
  readonly #areas: ColumnAreas;
  readonly #memoryLayout: string;
  readonly #answers: Answers;

  /** Creates the parts. Nothing runs before `start`. */
  constructor(index: number, directory: ModelDirectory, options: DeploymentOptions, parts: DeploymentParts) {
    const { manifest } = directory;
    const { clock, table, settler, stats, mayRun, onEmpty } = parts;
    const layout = rowLayoutOf(manifest.inputs);
    const places = options.mostWorkers * tasksPerWorker;
    this.index = index;
    this.directory = directory;
    this.#parts = parts;
    this.description = describeModel(manifest, options.unknownFeatures);
    this.model = Object.freeze({ name: manifest.name, version: manifest.version });
    this.stats = stats;
    this.columnStats = parts.columnStats ?? stats;
    this.since = clock.epochMs();
    this.limits = options.batching;
    this.workersGiven = options.workersGiven;
    this.policy = new PolicyLayers(manifest.policy, options.policy, parts.onPolicyNote);
    this.scratchRow = table.capacity;
    // Twice the number of places, because a lane or area of a hung worker stays unusable.
    const { maxBatchSize } = options.batching;
    const memory = `${table.capacity} rows of ${layout.features} features, in batches of ${maxBatchSize}`;
    const attention = manifest.outputs.attention !== undefined;
    const lanes = { lanes: 2 * places, maxBatchSize, attention, rawRoom: rawRoomOf(manifest) };
    const [rows, laneRows] = [table.capacity + 1, laneRowsOf(lanes)];
    const values = (rows + laneRows) * layout.stride;
    const reading = { ignoresUnknown: options.unknownFeatures === 'ignore', known: parts.knownNames };
    const areas = { areas: 2 * places, rows: Math.max(maxBatchSize, columnChunkRows), rowSize: layout.size };
    const sizes = [rows, laneRows, maxBatchSize, areas.areas, areas.rows, Number(lanes.attention)];
    this.#memoryLayout = memoryLayoutOf(manifest.inputs, sizes);
    const kept = parts.memoryPool?.take(this.#memoryLayout);
    const newRows = (): FeatureRows => new FeatureRows(layout, rows, laneRows, manifest.inputs, reading, kept?.rows);
    this.features = allocate(memory, values, newRows);
    this.drift = driftWatchOf(manifest, this.features, options.drift, clock);
    this.#lanes = allocate(memory, 0, () => new Lanes(lanes, this.features, kept?.attention));
    this.#areas = allocate(memory, areas.areas * areas.rows * layout.size, () => new ColumnAreas(areas, kept?.areas));
    this.workers = new ServingWorkers(options, parts.workers, () => this.batcher.pump(), parts.onFault);
    this.explanations = new Explanations({
      table,
      features: this.features,
      explain: options.explain,
      names: featureNames(manifest.inputs),
      run: (task) => this.workers.pool.run(task),
      onExplained: (row) => {
        this.#answers.answerHeld(row, clock.now());
        this.batcher.noteFreeWorker();
        parts.changes.tell();
      },
      onFailure: parts.onExplanationFailure,
      onFault: parts.onFault,
    });
    this.log = new VersionLog({
      ...{ log: parts.log, context: recordContext(directory), features: this.features, table, maxBatchSize },
      workers: this.workers,
      policy: this.policy,
      traces: parts.traces,
      role: () => parts.roleOf(this),
      copyNumber: parts.copyNumber,
    });
    this.#answers = new Answers({
      ...{ table, model: this.model, maxBatchSize, workers: this.workers },
      log: this.log,
      policy: this.policy,
      decide: options.decide,
      onDecideFailure: parts.onDecideFailure,
      explanations: this.explanations,
      drift: this.drift,
      stats,
      settler,
      onFault: parts.onFault,
    });
    this.columns = new ColumnQueue({
      areas: this.#areas,
      targetLatencyMs: options.batching.targetLatencyMs,
      run: (task) => this.workers.pool.run(task),
      score: (outputs, rows, scores, row, counts) =>
        scoreChunk(outputs, rows, this.policy.rounded, scores, row, counts),
      onScored: (rows) => this.columnStats.recordRows(rows),
      onAnswered: (call) => {
        this.columnStats.recordColumns(call.counts);
        this.log.columns(this.model, call.rows, call.counts);
        call.settlement.resolve(call.scores);
        this.batcher.pump();
      },
      onFailed: (call, error) => {
        // Only `close` rejects requests that were taken in with this code. That is a failure, not a rejection.
        if (error.code === 'ERR_CLOSED') this.columnStats.recordAbandoned();
        else this.columnStats.recordError(error);
        call.settlement.reject(error);
        this.batcher.pump();
      },
    });
    this.batcher = new Batcher({
      ...{ clock, table, mayRun, onEmpty },
      lanes: this.#lanes,
      limits: options.batching,
      places,
      placesPerWorker: tasksPerWorker,
      ...{ workers: this.workers, columns: this.columns, answers: this.#answers },
      fail: (row, error) => this.giveUp(row, error),
      changes: parts.changes,
      traces: parts.traces && new BatchTraces(parts.traces, manifest.version, clock),
      onFault: parts.onFault,
    });
  }

  /** Settles a request early with an error. If its answer only waits for reasons, the answer goes out without them. */
  giveUp(row: number, error: FraudScorerError): void {
    const { clock, table, settler, changes } = this.#parts;
    const isAnswered = table.state[row] === rowStates.held && error.code !== 'ERR_ABORTED';
    this.batcher.remove(row);
    this.explanations.giveUp(row);
    if (isAnswered) this.#answers.answerHeld(row, clock.now());
    else {
      this.log.forget(row);
      settler.fail(row, error, this.model, this.stats);
    }
    changes.tell();
  }

  /**
   * Handles a request whose deadline has passed. If the event loop was late, the answer may have come in time without being read. So a
   * running request gets two more turns: one in which the loop reads the answer, and one in which it is handed out.
   */
  expire(row: number): void {
    const { clock, table } = this.#parts;
    const generation = table.generation[row] as number;
    const expire = (): void => {
      if (!table.isCurrent(row, generation)) return;
      this.giveUp(row, new DeadlineExceededError(table.timeoutMs[row] as number));
    };
    const state = table.state[row];
    if (state !== rowStates.running && state !== rowStates.held) expire();
    else clock.soon(() => clock.soon(expire));
  }

  /** The version serves from now on. */
  begin(): void {
    this.since = this.#parts.clock.epochMs();
    this.stats.history.begin();
  }

  get expectedWaitMs(): number | null {
    const { latency, waiting } = this.batcher;
    const outlook = { ahead: waiting, readyWorkers: this.workers.ready, latency };
    return expectedWaitMs(outlook, this.limits.maxBatchSize);
  }

  /** Whether every request has an answer. Workers may still hold batches whose requests were all settled early. */
  get isDrained(): boolean {
    return this.columns.isIdle && !this.batcher.isHandingOut && !this.#parts.table.holds(this.index);
  }

  /** Rejects all its requests with an error. Does not touch calls of `scoreColumns`. */
  giveUpRequests(error: () => FraudScorerError): void {
    const { table } = this.#parts;
    for (const row of table.heldBy(this.index)) this.giveUp(row, error());
  }

  /** Starts the workers. @throws what `ServingWorkers.start` throws. */
  start(signal: AbortSignal): Promise<void> {
    return this.workers.start(this.directory, this.#lanes.memory, this.#areas.memory, signal);
  }

  /** Ends the workers. No request may wait for them any more. @returns whether all could be ended. */
  async release(): Promise<boolean> {
    const released = await this.workers.release();
    this.batcher.dispose();
    this.features.reader.dispose();
    return released;
  }

  /** Gives its memory to the next version. It must have answered all that it was given, and its workers must have ended. */
  leaveMemory(): void {
    this.#parts.memoryPool?.keep(this.#memoryLayout, {
      rows: this.features.bytes,
      areas: this.#areas.memory.features,
      attention: this.#lanes.memory.attention,
    });
  }
}
