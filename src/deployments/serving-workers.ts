import type { ResourceLimits } from 'node:worker_threads';
import type { DeviceSummary, Provider, ProviderAttempt } from '../api/provider.js';
import { ProviderUnavailableError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import { nextTurn } from '../host/next-turn.js';
import { asError } from '../host/thrown.js';
import { cpuOperatorsOf } from '../models/cpu-operators.js';
import { checkGraph } from '../models/graph-check.js';
import type { ManifestInput } from '../models/manifest.js';
import { fileOf, type ModelDirectory } from '../models/model-directory.js';
import { specOf } from '../models/model-spec.js';
import { faultOfModel } from '../models/model-trial.js';
import { refuseByTrial } from '../models/trial-report.js';
import type { WorkerPoolOptions } from '../pool/pool-options.js';
import { noPool, type ServingPool, standInPool } from '../pool/stand-in-pool.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { rowLayoutOf } from '../protocol/row-layout.js';
import type { ColumnMemory, LaneMemory } from '../protocol/serving.js';
import { lineMemoryOf } from '../protocol/task-line.js';
import { trialRowsFor, trialRowsInTurns } from '../tools/verification-rows.js';
import { casesOf, refuseByCases } from './case-scores.js';

/** The number of rows on which a session on a device is compared with one on the CPU. */
const mostComparedRows = 64;

export interface ServingWorkersOptions {
  clock: Clock;
  workerFile: string;
  workers: number;
  /** The highest number of workers that it may ever have. There are lanes for this many. */
  mostWorkers: number;
  providers: readonly Provider[];
  devices: readonly number[];
  resourceLimits: ResourceLimits | undefined;
  workerHangMs: number;
  exitWaitMs: number;
  startTimeoutMs: number;
  /** Whether the workers run at low priority, as those of shadows do. */
  inBackground: boolean;
  /**
   * Whether other versions serve while it starts. If so, its workers start one after the other, and it must give the scores that its
   * `cases.json` expects.
   */
  isBesideOthers: boolean;
}

/** Gets events about the workers. */
export interface WorkersObserver {
  /** A worker takes long to start. The start goes on. */
  onWorkerSlow: (reason: string) => void;
  /** A worker that was in use died or hangs. */
  onWorkerLost: (reason: string) => void;
  /** A replacement worker could not start. It is tried again. */
  onWorkerNotReplaced: (error: Error) => void;
  /** A worker came back on another provider than before. */
  onProviderChanged: (before: Provider, now: ProviderAttempt[]) => void;
  /** The process ends while this many workers are inside the runtime. */
  onWorkersAbandoned: (workers: number) => void;
}

/** The workers of one version: their pool from start to end, and their provider. */
export class ServingWorkers {
  readonly #options: ServingWorkersOptions;
  #configured: number;
  readonly #observer: WorkersObserver;
  /** A worker is ready and may find waiting work. */
  readonly #onReady: () => void;
  readonly #onFault: FaultReport;
  /** The pool that serves. It has no workers before the start. Read by others. */
  pool: ServingPool = noPool;
  /** Columns of the attention output; 0 if there is none or no worker was ready yet. Read by others. */
  attentionWidth = 0;
  /** Raw outputs of a row that workers write beside the scores, likewise. */
  rawWidth = 0;
  /** Operators that make the CPU run the model although a GPU was requested first; empty if a GPU may run it. Read by others. */
  cpuOperators: readonly string[] = [];
  #provider: Provider | null = null;
  #providers: readonly ProviderAttempt[] = [];

  constructor(options: ServingWorkersOptions, observer: WorkersObserver, onReady: () => void, onFault: FaultReport) {
    this.#options = options;
    this.#configured = options.workers;
    this.#observer = observer;
    this.#onReady = onReady;
    this.#onFault = onFault;
  }

  get configured(): number {
    return this.#configured;
  }

  get ready(): number {
    return this.pool.readyWorkers;
  }

  /** Missing workers that hung or could not be replaced. */
  get troubled(): number {
    return this.pool.troubledWorkers;
  }

  get lost(): number {
    return this.pool.lostWorkers;
  }

  /** The provider that the workers use, or used last; null before the first one was ready. */
  get provider(): Provider | null {
    return this.pool.inUse?.provider ?? this.#provider;
  }

  /** The providers that were tried, each with the reason why it is not in use. */
  get providers(): ProviderAttempt[] {
    return (this.pool.inUse?.trials ?? this.#providers).map((attempt) => ({ ...attempt }));
  }

  /** The CUDA devices and their workers; empty if no worker ever ran on one. */
  get devices(): DeviceSummary[] {
    return this.pool.devices;
  }

  /** What is wrong with workers that are missing or not on their device; null if nothing is wrong. */
  get problem(): string | null {
    return this.devices.find(({ problem }) => problem !== null)?.problem ?? this.pool.problem;
  }

  /** Serves with another pool instead of worker threads. @default a pool whose batches come back at once, to rehearse the host's part */
  standIn(pool: ServingPool = standInPool): void {
    this.pool = pool;
  }

  /**
   * Resolves when every worker has loaded and warmed up.
   *
   * @param signal ends the start; the error is the signal's reason.
   * @throws {ModelInvalidError} if the manifest does not match the graph, or the graph cannot be run.
   * @throws {ProviderUnavailableError} if no provider works here, or the runtime cannot be loaded.
   * @throws {OutOfResourcesError} if no memory, thread or file descriptor is left.
   * @throws {WorkerLostError} if a worker dies during the start.
   */
  async start(
    directory: ModelDirectory,
    memory: LaneMemory,
    columns: ColumnMemory,
    signal: AbortSignal,
  ): Promise<void> {
    const { manifest, modelPath } = directory;
    const { providers, isBesideOthers, inBackground, ...options } = this.#options;
    let suspicion: string | null = null;
    const cases = await casesOf(directory);
    const cpuOperators = await cpuOperatorsOf(directory.bytes, providers);
    this.cpuOperators = cpuOperators;
    const trialRows = await trialRowsOf(manifest.inputs, isBesideOthers);
    // The scorer may have been closed meanwhile: no thread is to be made then.
    if (signal.aborted) throw asError(signal.reason);
    const poolOptions: WorkerPoolOptions = {
      ...options,
      workers: this.#configured,
      startsInTurn: isBesideOthers,
      signal,
      config: {
        model: fileOf(directory),
        ...specOf(manifest),
        providers: [...providers],
        cpuOperators,
        memory,
        columns,
        line: lineMemoryOf(memory, columns),
        trialRows,
        // Copy it: a worker would get the whole memory under a part of an array.
        comparedRows: trialRows.slice(0, mostComparedRows * rowLayoutOf(manifest.inputs).size),
        caseRows: cases?.rows ?? new Float32Array(),
        inBackground,
        isBesideOthers,
      },
      check: (report) => {
        if (report.graph !== null) checkGraph(manifest, report.graph, modelPath, report.kind === 'ready');
        if (report.kind === 'failed' && report.isModelSuspect) suspicion = report.message;
        if (report.kind !== 'ready') return;
        refuseByTrial(report.trial, modelPath);
        if (isBesideOthers && cases !== null) refuseByCases(report, cases.expected, modelPath);
      },
      onReady: (report) => {
        this.attentionWidth = report.attentionWidth;
        this.rawWidth = report.rawWidth ?? 0;
        const before = this.pool === noPool ? null : this.#provider;
        if (before !== null && before !== report.provider) this.#observer.onProviderChanged(before, report.trials);
        this.#provider = report.provider;
        this.#providers = report.trials;
        this.#onReady();
      },
      onSlow: this.#observer.onWorkerSlow,
      onLost: this.#observer.onWorkerLost,
      onNotReplaced: this.#observer.onWorkerNotReplaced,
      onAbandoned: this.#observer.onWorkersAbandoned,
      onFault: this.#onFault,
    };
    try {
      this.pool = await WorkerPool.start(poolOptions);
    } catch (error) {
      if (!(error instanceof ProviderUnavailableError) || suspicion === null) throw error;
      throw (await faultOfModel(poolOptions, suspicion)) ?? error;
    }
  }

  /** Changes the number of workers, at most `mostWorkers`. A surplus worker finishes its batches first. */
  resize(workers: number): void {
    this.#configured = Math.min(workers, this.#options.mostWorkers);
    this.pool.resize(this.#configured);
  }

  /** Ends the workers. No request may wait for them any more. @returns whether all could be ended. */
  async release(): Promise<boolean> {
    return this.pool.release();
  }
}

/** Where others serve, each part of the work has a turn of its own, as has the making of the first thread after it. */
async function trialRowsOf(inputs: readonly ManifestInput[], isBesideOthers: boolean): Promise<Float32Array> {
  if (!isBesideOthers) return trialRowsFor(inputs);
  const rows = await trialRowsInTurns(inputs);
  await nextTurn();
  return rows;
}
