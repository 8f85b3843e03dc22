import type { BatchLimits } from '../batching/batch-policy.js';
import { Batcher } from '../batching/batcher.js';
import { type SlotSizes, Slots } from '../batching/slots.js';
import { ColumnAreas } from '../columns/column-areas.js';
import { ColumnQueue } from '../columns/column-queue.js';
import { scoreChunk } from '../columns/score-chunk.js';
import { readAttention } from '../decision/attention.js';
import { type OutputForm, readScores } from '../decision/scores.js';
import { InvalidOptionsError, ProviderUnavailableError } from '../errors.js';
import { outOfResources } from '../out-of-resources.js';
import { type ExplainReply, type ExplainTask, tasksPerWorker } from '../pool/protocol.js';
import { type ServingPool, standInPool } from '../pool/stand-in-pool.js';
import { WorkerPool, type WorkerPoolOptions } from '../pool/worker-pool.js';
import { type RowLayout, rowLayoutOf } from '../request/feature-row.js';
import { trialRowsFor } from '../tools/verification-rows.js';
import type { DeviceSummary, ModelIdentity, Provider, ProviderAttempt } from '../types.js';
import type { DeploymentHandlers, DeploymentOptions } from './deployment-options.js';
import { checkGraph } from './graph-check.js';
import type { Manifest, ManifestInput } from './manifest.js';
import { fileOf, type ModelDirectory } from './model-directory.js';
import { faultOfModel } from './model-trial.js';
import { refuseByTrial } from './trial-report.js';

/** The most rows of `scoreColumns` that a worker gets at once: larger batches gain no more than a few percent on a CPU. */
const columnChunkRows = 1_024;

/** The longest array of JavaScript engines. */
const mostValues = 2 ** 32 - 1;

/** One version of a model that serves: its workers, the memory shared with them, and the batcher in front. */
export class Deployment {
  readonly model: ModelIdentity;
  readonly layout: RowLayout;
  readonly slots: Slots;
  readonly batcher: Batcher;
  readonly columns: ColumnQueue;
  readonly since: number;
  /** A row of memory that belongs to no request, for checking one that is not taken in. */
  readonly scratchSlot: number;
  readonly #areas: ColumnAreas;
  readonly #outputForm: OutputForm;
  readonly #directory: ModelDirectory;
  readonly #options: DeploymentOptions;
  readonly #handlers: DeploymentHandlers;
  #pool: ServingPool | null = null;
  #attentionWidth = 0;
  #provider: Provider | null = null;
  #providers: readonly ProviderAttempt[] = [];

  /** Nothing runs before `start`. */
  constructor(directory: ModelDirectory, options: DeploymentOptions, handlers: DeploymentHandlers) {
    const { manifest } = directory;
    const { clock, workers, batching, maxQueueSize } = options;
    const lanes = workers * tasksPerWorker;
    this.#directory = directory;
    this.#options = options;
    this.#handlers = handlers;
    this.model = Object.freeze({ name: manifest.name, version: manifest.version });
    this.layout = rowLayoutOf(manifest.inputs);
    this.since = clock.epochMs();
    const sizes: SlotSizes = {
      // Every request that may wait, every row in flight, to be sent again or not handed out yet, those that workers that hang may
      // still write to, those held, and the scratch row.
      capacity: maxQueueSize + 3 * lanes * batching.maxBatchSize + options.maxHeld + 1,
      rowSize: this.layout.size,
      maxBatchSize: batching.maxBatchSize,
      // Those of workers that hang are not to be had.
      lanes: 2 * lanes,
      attention: manifest.outputs.attention !== undefined,
    };
    this.slots = allocated(sizes, sizes.capacity, () => new Slots(sizes));
    this.scratchSlot = this.slots.claim();
    this.slots.memory.scratchSlot = this.scratchSlot;
    const { logits, riskScore } = manifest.outputs;
    this.#outputForm = { logits: logits !== undefined, riskScore: riskScore !== undefined };
    const areaSizes = {
      // Those of workers that hang are not to be had.
      areas: 2 * lanes,
      rows: Math.max(batching.maxBatchSize, columnChunkRows),
      rowSize: this.layout.size,
    };
    this.#areas = allocated(sizes, areaSizes.areas * areaSizes.rows, () => new ColumnAreas(areaSizes));
    this.columns = new ColumnQueue({
      areas: this.#areas,
      targetLatencyMs: batching.targetLatencyMs,
      run: (task) => this.#requirePool().run(task),
      score: (outputs, rows, scores, row, counts) =>
        scoreChunk(outputs, rows, this.#outputForm, handlers.policy(), scores, row, counts),
      onScored: handlers.onRowsScored,
      onAnswered: handlers.onColumnsAnswered,
      onFailed: handlers.onColumnsFailed,
    });
    this.batcher = new Batcher({
      clock,
      slots: this.slots,
      limits: batching,
      lanes,
      lanesPerWorker: tasksPerWorker,
      readyWorkers: () => this.readyWorkers,
      keepQuiet: (isWanted) => this.#pool?.keepQuiet(isWanted) ?? false,
      run: (task, isAlone) => this.#requirePool().run(task, isAlone),
      columns: this.columns,
      onBatch: handlers.onBatch,
      onOutputs: (request, batch) =>
        handlers.onOutputs(
          request,
          readScores(this.slots.outputs, request.slot, this.#outputForm),
          readAttention(this.slots.attention, request.slot, this.#attentionWidth),
          batch,
        ),
      onAnswered: handlers.onAnswered,
      onFailed: handlers.onFailed,
      onFault: handlers.onFault,
    });
  }

  get limits(): BatchLimits {
    return this.#options.batching;
  }

  get configuredWorkers(): number {
    return this.#options.workers;
  }

  get readyWorkers(): number {
    return this.#pool?.readyWorkers ?? 0;
  }

  /** Workers that are missing because one hung, or could not be replaced. */
  get troubledWorkers(): number {
    return this.#pool?.troubledWorkers ?? 0;
  }

  get lostWorkers(): number {
    return this.#pool?.lostWorkers ?? 0;
  }

  /** What the workers run on, or ran on last; null before the first was ready. */
  get provider(): Provider | null {
    return this.#pool?.inUse?.provider ?? this.#provider;
  }

  /** The providers as they were tried, with the reason why each was not used. */
  get providers(): ProviderAttempt[] {
    return (this.#pool?.inUse?.trials ?? this.#providers).map((attempt) => ({ ...attempt }));
  }

  /** The CUDA devices and their workers; none where no worker ever ran on one. */
  get devices(): DeviceSummary[] {
    return this.#pool?.devices ?? [];
  }

  /** What is wrong with workers that are missing, or not on their device; null where nothing is. */
  get workersProblem(): string | null {
    return this.devices.find(({ problem }) => problem !== null)?.problem ?? this.#pool?.problem ?? null;
  }

  get inputs(): readonly ManifestInput[] {
    return this.#directory.manifest.inputs;
  }

  get thresholds(): Manifest['policy'] {
    return this.#directory.manifest.policy;
  }

  /** @throws {LostTask} where no worker answers it. */
  explain(task: ExplainTask): Promise<ExplainReply> {
    return this.#requirePool().run(task);
  }

  /** Ends the workers; whoever calls it has seen to it that nothing waits. @returns whether all could be ended. */
  async release(): Promise<boolean> {
    const released = (await this.#pool?.release()) ?? true;
    this.batcher.dispose();
    return released;
  }

  /**
   * Resolves when every worker has loaded and warmed up.
   *
   * @throws {ModelInvalidError} where the manifest disagrees with the graph, or the graph can't be run.
   * @param signal ends the start, with its reason.
   * @throws {ProviderUnavailableError} where none of the providers works here, or the runtime cannot be loaded.
   * @throws {OutOfResourcesError} where there is no memory, thread or file descriptor left.
   * @throws {WorkerLostError} where a worker dies on the way.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { manifest, modelPath } = this.#directory;
    const { providers, ...options } = this.#options;
    let suspicion: string | null = null;
    const poolOptions: WorkerPoolOptions = {
      ...options,
      signal,
      config: {
        model: fileOf(this.#directory),
        inputs: manifest.inputs.map(({ name, size, mean, std }) => ({
          name,
          size,
          ...(mean && std ? { mean, std } : {}),
        })),
        outputs: manifest.outputs,
        providers: [...providers],
        memory: this.slots.memory,
        columns: this.#areas.memory,
        trialRows: trialRowsFor(manifest.inputs),
      },
      check: (report) => {
        if (report.graph !== null) checkGraph(manifest, report.graph, modelPath);
        if (report.kind === 'failed' && report.isModelSuspect) suspicion = report.message;
        if (report.kind === 'ready') refuseByTrial(report.trial, modelPath);
      },
      onReady: (report) => {
        this.#attentionWidth = report.attentionWidth;
        const before = this.#pool === null ? null : this.#provider;
        if (before !== null && before !== report.provider) this.#handlers.onProviderChanged(before, report.trials);
        this.#provider = report.provider;
        this.#providers = report.trials;
        // A replacement may find work waiting.
        this.batcher.pump();
      },
      onSlow: this.#handlers.onWorkerSlow,
      onLost: this.#handlers.onWorkerLost,
      onNotReplaced: this.#handlers.onWorkerNotReplaced,
      onAbandoned: this.#handlers.onWorkersAbandoned,
      onFault: this.#handlers.onFault,
    };
    try {
      this.#pool = await WorkerPool.start(poolOptions);
    } catch (error) {
      if (!(error instanceof ProviderUnavailableError) || suspicion === null) throw error;
      throw (await faultOfModel(poolOptions, suspicion)) ?? error;
    }
  }

  /** Has batches come back at once, with outputs of 0, in place of workers: for a rehearsal of the host's part. */
  standIn(): void {
    this.#pool = standInPool;
  }

  #requirePool(): ServingPool {
    if (this.#pool === null) throw new Error('a batch was sent before the workers were ready');
    return this.#pool;
  }
}

/**
 * Makes memory that a deployment shares with its workers.
 *
 * @param rows of features that it has room for.
 * @throws {InvalidOptionsError} where no machine has so much in one piece.
 * @throws {OutOfResourcesError} where this one has not.
 */
function allocated<T>(sizes: SlotSizes, rows: number, make: () => T): T {
  const { capacity, rowSize, maxBatchSize } = sizes;
  const received = `${capacity} rows of ${rowSize} features, in batches of ${maxBatchSize}`;
  const options = 'maxQueueSize, workers and batching.maxBatchSize';
  if (rows * rowSize > mostValues) {
    throw new InvalidOptionsError([{ path: options, expected: 'a product that fits into memory', received }]);
  }
  try {
    return make();
  } catch (error) {
    throw outOfResources(error, `There is no memory for ${received}, of ${options}`) ?? error;
  }
}
