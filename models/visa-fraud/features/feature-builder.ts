import type { Transaction } from '../transaction.js';
import { DAY_MS, HOUR_MS } from '../units.js';
import { CustomerHistory } from './customer-history.js';
import { CustomerSummary } from './customer-summary.js';
import type { Feature, FeatureContext } from './feature.js';
import { FEATURE_LISTS } from './features.js';
import type { LabelHistory } from './label-history.js';
import { fraudShare, LabelSummary } from './label-summary.js';
import { PopulationHistory } from './population-history.js';
import { shrunkDeviation, shrunkMean } from './scaling.js';
import { TerminalHistory, TerminalSummary } from './terminal-history.js';

/** Options of `FeatureBuilder`. */
export interface FeatureBuilderOptions {
  /** Days after a transaction until its label may be used. From 0 to 365. @default 7 */
  labelDelayDays?: number | undefined;
  /** Days without a transaction after which a customer or a terminal is forgotten. At least 31. @default 90 */
  forgetAfterDays?: number | undefined;
}

/** A row of features for each of the model's inputs; the caller's to keep. A type, so that it is a `FeatureMap` too. */
export type ReferenceFeatures = {
  transaction_features: Float32Array;
  user_features: Float32Array;
  merchant_features: Float32Array;
};

/** Larger amounts count as this much: they are out of all proportion anyhow, and squares stay exact enough. */
const LARGEST_AMOUNT = 1e9;
const SWEEP_EVERY_MS = 7 * DAY_MS;

/**
 * Turns transactions, in time order, into features of what was known before each.
 *
 * A label given with a transaction is used only for later transactions, and only when `labelDelayDays` have passed in the
 * transactions' own time. The work for a transaction does not grow with the number before it. A customer takes at most 13 kB (a history of 128 transactions) and a terminal at most
 * 8 kB (buckets over 30 days), far less for those seldom seen; whoever has not been seen for
 * `forgetAfterDays` is forgotten.
 */
export class FeatureBuilder {
  readonly #delayMs: number;
  readonly #forgetAfterMs: number;
  readonly #customers = new Map<string, CustomerHistory>();
  readonly #terminals = new Map<string, TerminalHistory>();
  readonly #population: PopulationHistory;
  readonly #customer = new CustomerSummary();
  readonly #terminal = new TerminalSummary();
  readonly #customerLabels = new LabelSummary();
  readonly #terminalLabels = new LabelSummary();
  readonly #populationLabels = new LabelSummary();
  #terminalsEver = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #nextSweepMs = Number.NEGATIVE_INFINITY;

  /** @throws RangeError for an option out of its range */
  constructor(options: FeatureBuilderOptions = {}) {
    const { labelDelayDays = 7, forgetAfterDays = 90 } = options;
    expectBetween('labelDelayDays', labelDelayDays, 0, 365);
    expectBetween('forgetAfterDays', forgetAfterDays, 31, 36_500);
    this.#delayMs = labelDelayDays * DAY_MS;
    this.#forgetAfterMs = forgetAfterDays * DAY_MS;
    this.#population = new PopulationHistory(this.#delayMs);
  }

  /** Customers and terminals that are remembered at present. */
  get size(): { customers: number; terminals: number } {
    return { customers: this.#customers.size, terminals: this.#terminals.size };
  }

  /**
   * The features of a transaction; then the transaction becomes part of the history.
   *
   * @returns new arrays of 50, 30 and 20 finite numbers, named and described in `FEATURES`
   * @throws RangeError if the transaction lies before the one given last, or its amount or time is not a number in range
   */
  next(transaction: Transaction): ReferenceFeatures {
    const { timestampMs, isFraud } = transaction;
    this.#validate(transaction);
    this.#lastMs = timestampMs;
    this.#sweep(timestampMs);
    const amount = Math.min(transaction.amount, LARGEST_AMOUNT);
    const customer = this.#customerOf(transaction.customerId, timestampMs);
    const terminal = this.#terminalOf(transaction.terminalId, timestampMs);
    summariseLabels(customer.labels, timestampMs, this.#customerLabels);
    summariseLabels(terminal.labels, timestampMs, this.#terminalLabels);
    summariseLabels(this.#population.labels, timestampMs, this.#populationLabels);
    customer.summarise(timestampMs, amount, terminal.serial, this.#customer);
    terminal.summarise(timestampMs, this.#terminal);
    const context = this.#context(timestampMs, amount);
    const features = evaluateAll(context);
    const exposure = fraudShare(this.#terminalLabels.within30d);
    terminal.add(timestampMs, amount, customer.excess(amount), isFraud);
    customer.add(timestampMs, amount, terminal.serial, this.#customer.visits === 0, exposure, isFraud);
    this.#population.add(amount, context.logAmount, Math.floor(context.hour));
    if (isFraud !== undefined) this.#population.labels.add(timestampMs, isFraud);
    return features;
  }

  #context(nowMs: number, amount: number): FeatureContext {
    const population = this.#population;
    const logAmount = Math.log1p(amount);
    const hour = (((nowMs % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS;
    const c = this.#customer;
    const t = this.#terminal;
    const known = this.#populationLabels.within30d;
    const meanAmount = population.meanAmount;
    const customerMean = shrunkMean(c.sum30d, c.count30d, meanAmount, 1);
    const terminalMean = shrunkMean(t.sum30d, t.count30d, meanAmount, 3);
    return {
      nowMs,
      amount,
      logAmount,
      hour,
      // 1970-01-01 was a Thursday.
      weekday: (((Math.floor(nowMs / DAY_MS) + 3) % 7) + 7) % 7,
      customer: c,
      customerLabels: this.#customerLabels,
      terminal: t,
      terminalLabels: this.#terminalLabels,
      customerMean,
      customerDeviation: shrunkDeviation(c.squares30d, c.sum30d, c.count30d, customerMean),
      terminalMean,
      terminalDeviation: shrunkDeviation(t.squares30d, t.sum30d, t.count30d, terminalMean),
      population: {
        meanAmount,
        meanLog: population.meanLog,
        deviationLog: population.deviationLog,
        shareLarger: population.shareLarger(logAmount),
        shareOfHour: population.shareOfHour(Math.floor(hour)),
        knownFraudShare: (known.frauds + 1) / (known.labels + 200),
      },
    };
  }

  #validate({ timestampMs, amount }: Transaction): void {
    if (!Number.isSafeInteger(timestampMs)) {
      throw new RangeError(`timestampMs: expected whole milliseconds since 1970, received ${kindOf(timestampMs)}`);
    }
    if (!(Number.isFinite(amount) && amount >= 0)) {
      throw new RangeError(`amount: expected a finite number of at least 0, received ${kindOf(amount)}`);
    }
    if (timestampMs < this.#lastMs) {
      throw new RangeError(
        `timestampMs: expected transactions in time order, at or after ${new Date(this.#lastMs).toISOString()}, ` +
          `received one of ${new Date(timestampMs).toISOString()}`,
      );
    }
  }

  #customerOf(id: string, nowMs: number): CustomerHistory {
    const known = this.#customers.get(id);
    if (known !== undefined) return known;
    const created = new CustomerHistory(nowMs, this.#delayMs);
    this.#customers.set(id, created);
    return created;
  }

  #terminalOf(id: string, nowMs: number): TerminalHistory {
    const known = this.#terminals.get(id);
    if (known !== undefined) return known;
    // Serials wrap to 32 bits as they are stored; after 2^32 terminals two might share one.
    const created = new TerminalHistory(this.#terminalsEver++ | 0, nowMs, this.#delayMs);
    this.#terminals.set(id, created);
    return created;
  }

  /** Once a week of the transactions' time: what this costs is spread over all that came since. */
  #sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs) return;
    this.#nextSweepMs = nowMs + SWEEP_EVERY_MS;
    for (const histories of [this.#customers, this.#terminals]) {
      for (const [id, history] of histories) {
        if (nowMs - history.lastMs > this.#forgetAfterMs) histories.delete(id);
      }
    }
  }
}

function summariseLabels(labels: LabelHistory, nowMs: number, into: LabelSummary): void {
  labels.advance(nowMs);
  labels.summarise(nowMs, into);
}

/** One buffer for the three rows: allocating three took as long as making the features. */
function evaluateAll(context: FeatureContext): ReferenceFeatures {
  const { transaction_features: transaction, user_features: user, merchant_features: merchant } = FEATURE_LISTS;
  const buffer = new ArrayBuffer(4 * (transaction.length + user.length + merchant.length));
  return {
    transaction_features: evaluate(transaction, context, new Float32Array(buffer, 0, transaction.length)),
    user_features: evaluate(user, context, new Float32Array(buffer, 4 * transaction.length, user.length)),
    merchant_features: evaluate(
      merchant,
      context,
      new Float32Array(buffer, 4 * (transaction.length + user.length), merchant.length),
    ),
  };
}

function evaluate(features: readonly Feature[], context: FeatureContext, into: Float32Array): Float32Array {
  for (let i = 0; i < features.length; i++) into[i] = features[i]?.value(context) ?? 0;
  return into;
}

function expectBetween(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw new RangeError(`${name}: expected a number from ${low} to ${high}, received ${String(value)}`);
}

function kindOf(value: unknown): string {
  return typeof value === 'number' ? (Number.isFinite(value) ? 'a number out of range' : String(value)) : typeof value;
}
