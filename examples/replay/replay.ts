import { type FraudScorer, FraudScorerError, InvalidRequestError } from 'fraud-scorer';
import type { NamedFeatures, ReferenceFeatures, Transaction } from 'fraud-scorer/reference';
import type { Clock } from './clock.js';
import type { DelayedLabel, DelayedLabels } from './delayed-labels.js';
import { InFlight } from './in-flight.js';
import type { NdjsonFile } from './ndjson-file.js';
import { Pacer } from './pacer.js';
import { ResponseTimes } from './response-times.js';
import { Tally } from './tally.js';
import { UsageError } from './usage-error.js';

/** The most transactions in flight: enough to keep all workers busy, and far below the SDK's maxQueueSize of 10,000. */
const MAX_IN_FLIGHT = 2_048;

export interface ReplayParts {
  scorer: Pick<FraudScorer, 'score'>;
  /** Creates the features of a transaction, by name or as arrays by input. */
  features: { next: (transaction: Transaction) => NamedFeatures | ReferenceFeatures };
  labels: DelayedLabels;
  clock: Clock;
  /** Stops reading. Transactions that were sent are still answered. */
  stop: AbortSignal;
  output?: Pick<NdjsonFile, 'write' | 'room'> | undefined;
  ratePerSecond?: number | undefined;
  /** Whether a version has a share. Then customers keep their version, and each output line says which version answered. */
  hasShares?: boolean | undefined;
  limit?: number | undefined;
}

/** Sends transactions through a scorer in time order, and records the outcome of each. */
export class Replay {
  readonly tally = new Tally();
  /** From when a transaction was due to its answer. Only recorded with a given rate. */
  readonly responseTimes = new ResponseTimes();
  readonly #parts: ReplayParts;
  readonly #pacer: Pacer;
  readonly #inFlight = new InFlight(MAX_IN_FLIGHT);
  #sent = 0;
  #dataTimeMs = Number.NaN;
  #fatal: unknown;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#pacer = new Pacer(parts.clock, parts.ratePerSecond, parts.stop);
  }

  get sent(): number {
    return this.#sent;
  }

  /** The current time in the data, in milliseconds since 1970; NaN before the first transaction. */
  get dataTimeMs(): number {
    return this.#dataTimeMs;
  }

  /**
   * Resolves when every transaction that was sent is answered.
   *
   * @throws what the transactions' source throws, after the sent ones are answered; and UsageError if the model takes other features, or
   * the output cannot be written.
   */
  async run(transactions: AsyncIterable<Transaction>): Promise<void> {
    try {
      await this.#sendAll(transactions);
    } finally {
      await this.#inFlight.idle();
    }
    // The last labels may have become due while their own transactions were being scored.
    this.#parts.labels.releaseUntil(this.#dataTimeMs);
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  async #sendAll(transactions: AsyncIterable<Transaction>): Promise<void> {
    const { features, labels, output, stop, limit } = this.#parts;
    for await (const transaction of transactions) {
      labels.releaseUntil(transaction.timestampMs);
      const row = features.next(transaction);
      const { dueMs, wait } = this.#pacer.next();
      if (wait !== undefined) await wait;
      const answered = this.#inFlight.room();
      if (answered !== undefined) await answered;
      const written = output?.room();
      if (written !== undefined) await written;
      if (stop.aborted || this.#fatal !== undefined) break;
      this.#dataTimeMs = transaction.timestampMs;
      this.#sent++;
      this.#inFlight.add();
      void this.#score(transaction, row, labels.hold(transaction), dueMs);
      if (this.#sent === limit) break;
    }
  }

  async #score(
    transaction: Transaction,
    features: NamedFeatures | ReferenceFeatures,
    label: DelayedLabel | undefined,
    dueMs: number,
  ): Promise<void> {
    const { scorer, output, clock, ratePerSecond, hasShares = false } = this.#parts;
    const { transactionId: id, customerId, amount, isFraud } = transaction;
    try {
      const request = { id, amount, features };
      const result = await (hasShares ? scorer.score(request, { routingKey: customerId }) : scorer.score(request));
      this.tally.countScored(result, isFraud);
      if (ratePerSecond !== undefined) this.responseTimes.record(clock.now() - dueMs);
      if (label !== undefined) label.scored = true;
      const { decision, fraudProbability: probability, riskScore: risk, riskLevel: level } = result;
      const version = result.source === 'model' ? result.model.version : null;
      output?.write({ id, decision, probability, risk, level, ...(hasShares && { version }) });
    } catch (error) {
      if (label !== undefined) label.scored = false;
      this.#failed(id, error);
    } finally {
      this.#inFlight.remove();
    }
  }

  /**
   * A transaction that could not be scored is one line of the output and the report. An error that would affect all of them ends the run.
   */
  #failed(id: string, error: unknown): void {
    if (!(error instanceof FraudScorerError)) {
      this.#fatal ??= error;
      return;
    }
    this.tally.countFailed(error.code);
    this.#parts.output?.write({ id, decision: null, probability: null, risk: null, level: null, error: error.code });
    if (error instanceof InvalidRequestError) {
      this.#fatal ??= new UsageError(`the model takes other features than the reference ones: ${error.message}`);
    }
  }
}
