import { randomBytes } from 'node:crypto';
import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../api/logger.js';
import type { DecisionRecorder, OnFull, RecordsSummary } from '../api/records.js';
import { RecordsNotDurableError } from '../errors.js';
import { outsideOfRequests } from '../host/async-context.js';
import { systemClock } from '../host/clock.js';
import { messageOf } from '../host/thrown.js';
import { packageVersion } from '../protocol/hello.js';
import { closedBefore, notForcedToDisk, otherVersion, threadEnded } from './flush-failures.js';
import type { VersionContext } from './format/contexts.js';
import { unknownPointers } from './format/mask-plan.js';
import type { DecisionLog } from './host/decision-log.js';
import type { FoundDecision, Recording, SampleShares } from './host/recording.js';
import { HostSinkFeed } from './host-sink-feed.js';
import type { ResolvedRecords } from './options.js';
import { PendingAnswers } from './pending-answers.js';
import type { FromRecordsWorker, RecordsWorkerData, ToRecordsWorker } from './protocol.js';
import { RecordingCounts } from './recording-counts.js';
import { type RingMemory, ringCountsOf, ringMemory, wake } from './ring/ring-memory.js';
import { runtimeOf } from './runtime.js';
import { SinkState } from './sink-state.js';
import { waitAtExit } from './wait-at-exit.js';

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
  readonly #forcesEach: boolean;
  readonly run = randomBytes(8).toString('hex');
  readonly #options: RecorderOptions;
  readonly #counts: RecordingCounts;
  readonly #worker: Worker;
  readonly #feed: HostSinkFeed | null;
  readonly #answers = new PendingAnswers();
  readonly #runtime: VersionContext['runtime'];
  readonly #onExit = (): void => this.#waitAtExit();
  #closing: Promise<void> | null = null;
  #hasEnded = false;
  /** Why something may be lost though the thread has ended; null where it has not, or all is safe. */
  #failure: RecordsNotDurableError | null = null;
  readonly #sinkState: SinkState;

  /** @throws {OutOfResourcesError} where there is no memory, or no thread. */
  constructor(options: RecorderOptions) {
    const { sink, mask, onFull, sample, bufferBytes, workerFile } = options;
    this.#options = options;
    this.onFull = onFull;
    this.sample = sample;
    this.#forcesEach = sink.kind === 'files' && sink.fsync === 'always';
    this.ring = ringMemory(bufferBytes);
    const counts = ringCountsOf(this.ring);
    this.#runtime = runtimeOf(packageVersion);
    this.#sinkState = new SinkState(sink.flushMs, systemClock);
    this.#feed = sink.kind === 'host' ? new HostSinkFeed(sink, counts, (error) => this.#sinkFailed(error)) : null;
    this.#counts = new RecordingCounts(options.log.counts, counts, this.#feed);
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
    return this.#counts.written;
  }

  get bytes(): number {
    return this.#counts.bytes;
  }

  get stalled(): RecordsSummary['stalled'] {
    return this.#sinkState.look(this.#counts.written, this.#counts.pending);
  }

  get isUrgent(): boolean {
    return !this.#answers.isEmpty || this.#forcesEach;
  }

  summary(): RecordsSummary {
    return { run: this.run, ...this.#counts.all, stalled: this.stalled };
  }

  sendContext(context: Omit<VersionContext, 'runtime'>): void {
    this.#warnOfUnknown(context);
    this.#worker.postMessage({ kind: 'context', context: { ...context, runtime: this.#runtime } });
  }

  sendPolicy(policy: Extract<ToRecordsWorker, { kind: 'policy' }>['policy']): void {
    this.#worker.postMessage({ kind: 'policy', policy });
  }

  find(id: string): FoundDecision | null {
    return this.#options.finder?.find(id) ?? null;
  }

  async flush(): Promise<void> {
    // The thread may hear nothing any more, and the end says whether all is safe.
    if (this.#closing !== null) await this.#closing;
    await this.#ask((token) => ({ kind: 'flush', token }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { log, logger } = this.#options;
    const sequence = log.nextSequence;
    this.#leaveLog();
    const { dropped } = this.#counts;
    const closed = this.#ask((token) => ({ kind: 'close', token, dropped, sequence }));
    const ended = new Promise<void>((_, reject) => {
      systemClock.background(closeWaitMs, () => reject(closedBefore()));
    });
    try {
      await Promise.race([closed, ended]);
    } catch (error) {
      if (error instanceof RecordsNotDurableError) this.#failure ??= error;
    }
    await this.#worker.terminate();
    this.#ended();
    this.#options.finder?.close();
    const { written, pending, stalled } = this.summary();
    const fields = { written, dropped, pending, reason: stalled?.reason ?? null };
    const isWhole = stalled === null && dropped === 0 && pending === 0 && this.#failure === null;
    if (isWhole) logger.info('Recording ended', fields);
    else logger.warn('Recording ended, and decisions are missing', fields);
  }

  /** The scorer's log gives this recording nothing more. */
  #leaveLog(): void {
    const { log } = this.#options;
    this.#counts.leaveLog();
    if (log.recording === this) log.stop();
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
      if (this.#counts.pending > 0) throw closedBefore();
      return;
    }
    await this.#answers.ask((token) => {
      // Whoever waits for the answer keeps the process alive.
      this.#worker.ref();
      this.#worker.postMessage(message(token));
      wake(this.ring);
    });
  }

  #hear(message: FromRecordsWorker): void {
    const { logger } = this.#options;
    if (message.kind === 'ready') {
      if (message.version !== packageVersion) this.#lost(otherVersion(message.version));
    } else if (message.kind === 'records') {
      this.#feed?.take(message.records);
    } else if (message.kind === 'flushed' || message.kind === 'closed') {
      this.#answered(message.token, message.failure === null ? null : notForcedToDisk(message.failure));
    } else if (message.kind === 'stalled') {
      this.#sinkState.stall(message.reason);
      logger.error('Decisions are not recorded', { reason: message.reason });
    } else if (message.kind === 'flowing') {
      this.#sinkState.flow();
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
    if (reason === null) this.#sinkState.flow();
    else if (this.#sinkState.stall(reason)) logger.error("The host's sink of records failed", { reason });
  }

  /** The worker has died: nothing is recorded any more. */
  #lost(reason: string): void {
    const { log, logger } = this.#options;
    this.#sinkState.stall(reason);
    logger.error('The thread that records decisions has ended', { reason });
    const isCurrent = log.recording === this;
    this.#leaveLog();
    if (isCurrent) log.fail(`it has ended: ${reason}`);
    this.#options.finder?.close();
    this.#failure ??= threadEnded(reason);
    this.#ended();
    // A copy of another version would go on.
    void this.#worker.terminate();
  }

  #exited(): void {
    if (this.#closing === null && !this.#hasEnded) this.#lost('it ended by itself');
    else this.#ended();
  }

  #ended(): void {
    this.#hasEnded = true;
    process.off('exit', this.#onExit);
    this.#feed?.end();
    this.#answers.rejectAll(this.#failure ?? closedBefore());
  }

  #waitAtExit(): void {
    // A function or a stream of this thread takes nothing while this thread waits.
    if (this.#feed !== null) return;
    wake(this.ring);
    waitAtExit(() => this.#hasEnded || this.#counts.pending === 0);
  }
}
