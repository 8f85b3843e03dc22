import { randomBytes } from 'node:crypto';
import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../api/logger.js';
import type { DecisionRecorder, OnFull, RecordsSummary } from '../api/records.js';
import type { RecordsNotDurableError } from '../errors.js';
import { outsideOfRequests } from '../host/async-context.js';
import { systemClock } from '../host/clock.js';
import { messageOf } from '../host/thrown.js';
import { packageVersion } from '../protocol/hello.js';
import { closedBefore, notForcedToDisk, threadEnded } from './flush-failures.js';
import type { VersionContext } from './format/contexts.js';
import { unknownPointers } from './format/mask-plan.js';
import type { DecisionLog } from './host/decision-log.js';
import type { FoundDecision, Recording, SampleShares } from './host/recording.js';
import { HostSinkFeed } from './host-sink-feed.js';
import type { ResolvedRecords } from './options.js';
import { PendingAnswers } from './pending-answers.js';
import type { FromRecordsWorker, RecordsWorkerData, ToRecordsWorker } from './protocol.js';
import { type RingMemory, ringCounts, ringCountsOf, ringMemory, wake } from './ring/ring-memory.js';
import { runtimeOf } from './runtime.js';

/** How long the exit of the process waits for decisions that are not written yet, in ms. */
const exitWaitMs = 500;

/** How long `close` waits for a sink that takes nothing, in ms. */
const closeWaitMs = 10_000;

export interface RecorderOptions extends ResolvedRecords {
  log: DecisionLog;
  logger: Logger;
  /** Finds decisions in the files, by the host's id; null where there are none. */
  finder: { find(id: string): FoundDecision | null; close(): void } | null;
}

/** Records the decisions of one scorer: starts the worker that writes, and tells it what decisions refer to. */
export class Recorder implements DecisionRecorder, Recording {
  readonly ring: RingMemory;
  readonly onFull: OnFull;
  readonly sample: SampleShares;
  readonly run = randomBytes(8).toString('hex');
  stalled: RecordsSummary['stalled'] = null;
  readonly #options: RecorderOptions;
  readonly #counts: BigInt64Array;
  readonly #worker: Worker;
  readonly #feed: HostSinkFeed | null;
  readonly #answers = new PendingAnswers();
  readonly #runtime: VersionContext['runtime'];
  readonly #onExit = (): void => this.#waitAtExit();
  #closing: Promise<void> | null = null;
  #hasEnded = false;
  /** Why the thread has ended by itself; null where it has not. */
  #failure: RecordsNotDurableError | null = null;

  /** @throws {OutOfResourcesError} where there is no memory, or no thread. */
  constructor(options: RecorderOptions) {
    const { sink, mask, onFull, sample, bufferBytes, workerFile } = options;
    this.#options = options;
    this.onFull = onFull;
    this.sample = sample;
    this.ring = ringMemory(bufferBytes);
    this.#counts = ringCountsOf(this.ring);
    this.#runtime = runtimeOf(packageVersion);
    this.#feed = sink.kind === 'host' ? new HostSinkFeed(sink, this.#counts, (error) => this.#sinkFailed(error)) : null;
    const data: RecordsWorkerData = {
      ...{ ring: this.ring, run: this.run, package: packageVersion, mask },
      sink: sink.kind === 'files' ? sink : { kind: 'host', flushMs: sink.flushMs },
    };
    this.#worker = outsideOfRequests(
      () => new Worker(new URL(workerFile), { workerData: data, name: 'fraud-scorer records', execArgv: [] }),
    );
    this.#worker.on('message', (message: FromRecordsWorker) => this.#hear(message));
    this.#worker.on('error', (error) => this.#lost(messageOf(error)));
    this.#worker.on('exit', () => this.#exited());
    // It must not keep a process alive that has nothing else to do.
    this.#worker.unref();
    process.on('exit', this.#onExit);
    options.log.start(this);
  }

  get written(): number {
    // The thread counts what it has handed over. The host may not have taken it yet.
    return this.#feed?.taken ?? this.#count(ringCounts.written);
  }

  get bytes(): number {
    return this.#count(ringCounts.bytes);
  }

  get isUrgent(): boolean {
    const { sink } = this.#options;
    return !this.#answers.isEmpty || (sink.kind === 'files' && sink.fsync === 'always');
  }

  summary(): RecordsSummary {
    const { log } = this.#options;
    const { dropped, taken, sampledOut } = log.counts;
    return {
      ...{ run: this.run, written: this.written, dropped, sampledOut },
      pending: Math.max(0, taken - dropped - this.written),
      bytes: this.bytes,
      files: this.#count(ringCounts.files),
      deletedFiles: this.#count(ringCounts.deletedFiles),
      stalled: this.stalled === null ? null : { ...this.stalled },
    };
  }

  sendContext(context: Omit<VersionContext, 'runtime'>): void {
    this.#warnOfUnknown(context);
    this.#send({ kind: 'context', context: { ...context, runtime: this.#runtime } });
  }

  sendPolicy(policy: Extract<ToRecordsWorker, { kind: 'policy' }>['policy']): void {
    this.#send({ kind: 'policy', policy });
  }

  find(id: string): FoundDecision | null {
    return this.#options.finder?.find(id) ?? null;
  }

  flush(): Promise<void> {
    return this.#ask((token) => ({ kind: 'flush', token }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { log, logger } = this.#options;
    const { dropped } = log.counts;
    const sequence = log.nextSequence;
    if (log.recording === this) log.stop();
    // Where it could not be told, it has ended.
    const closed = this.#ask((token) => ({ kind: 'close', token, dropped, sequence })).catch(() => {});
    const ended = new Promise<void>((resolve) => {
      systemClock.background(closeWaitMs, resolve);
    });
    await Promise.race([closed, ended]);
    process.off('exit', this.#onExit);
    await this.#worker.terminate();
    this.#options.finder?.close();
    const { written, stalled } = this;
    const fields = { written, dropped, reason: stalled?.reason ?? null };
    if (stalled === null && dropped === 0) logger.info('Recording ended', fields);
    else logger.warn('Recording ended, and decisions are missing', fields);
  }

  /** What is misspelt in the mask would be recorded. */
  #warnOfUnknown({ model, inputs }: Omit<VersionContext, 'runtime'>): void {
    const pointers = unknownPointers(this.#options.mask.fields, inputs);
    if (pointers.length === 0) return;
    const fields = { model: model.name, version: model.version, pointers };
    this.#options.logger.warn('The mask names fields that the model does not have', fields);
  }

  /**
   * Sends something that is answered.
   *
   * @throws {RecordsNotDurableError} where what was recorded may be lost.
   */
  async #ask(message: (token: number) => ToRecordsWorker): Promise<void> {
    if (this.#hasEnded) {
      if (this.#failure !== null) throw this.#failure;
      if (this.summary().pending > 0) throw closedBefore();
      return;
    }
    await this.#answers.ask((token) => {
      // Whoever waits for the answer keeps the process alive.
      this.#worker.ref();
      this.#send(message(token));
      this.#wake();
    });
  }

  #hear(message: FromRecordsWorker): void {
    const { logger } = this.#options;
    if (message.kind === 'ready') {
      if (message.version !== packageVersion) this.#lost(otherVersion(message.version));
    } else if (message.kind === 'records') {
      this.#feed?.take(message.records);
    } else if (message.kind === 'flushed') {
      this.#answered(message.token, message.failure === null ? null : notForcedToDisk(message.failure));
    } else if (message.kind === 'closed') {
      this.#answered(message.token, null);
    } else if (message.kind === 'stalled') {
      this.stalled = { reason: message.reason, since: systemClock.epochMs() };
      logger.error('Decisions are not recorded', { reason: message.reason });
    } else if (message.kind === 'flowing') {
      this.stalled = null;
      logger.info('Decisions are recorded again');
    } else if (message.kind === 'failed') {
      this.#lost(message.message);
    }
  }

  #answered(token: number, error: RecordsNotDurableError | null): void {
    this.#answers.settle(token, error);
    if (this.#answers.isEmpty) this.#worker.unref();
  }

  #sinkFailed(reason: string | null): void {
    const { logger } = this.#options;
    if (reason !== null && this.stalled === null) logger.error("The host's sink of records failed", { reason });
    this.stalled = reason === null ? null : (this.stalled ?? { reason, since: systemClock.epochMs() });
  }

  /** The worker has died: nothing is recorded any more. */
  #lost(reason: string): void {
    const { log, logger } = this.#options;
    this.stalled ??= { reason, since: systemClock.epochMs() };
    logger.error('The thread that records decisions has ended', { reason });
    if (log.recording === this) log.fail(`it has ended: ${reason}`);
    this.#options.finder?.close();
    this.#failure ??= threadEnded(reason);
    this.#ended();
  }

  #exited(): void {
    if (this.#closing === null && !this.#hasEnded) this.#lost('it ended by itself');
    else this.#ended();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#answers.rejectAll(this.#failure ?? closedBefore());
  }

  #waitAtExit(): void {
    // A function or a stream of this thread takes nothing while this thread waits.
    if (this.#feed !== null) return;
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    const until = systemClock.now() + exitWaitMs;
    this.#wake();
    while (!this.#hasEnded && this.summary().pending > 0 && systemClock.now() < until) Atomics.wait(nobody, 0, 0, 2);
  }

  #send(message: ToRecordsWorker): void {
    this.#worker.postMessage(message);
  }

  #wake(): void {
    wake(this.ring);
  }

  #count(place: number): number {
    return Number(Atomics.load(this.#counts, place));
  }
}

/** What a thread is reported with that runs a copy of another version. @param version as it said; earlier ones say none. */
function otherVersion(version: string | undefined): string {
  return `workerFile is a copy of version ${version ?? 'unknown'} of fraud-scorer/records-worker, and this is version ${packageVersion}: copy it again`;
}
