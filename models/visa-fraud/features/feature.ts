import type { CustomerSummary } from './customer-summary.js';
import type { LabelSummary } from './label-summary.js';
import type { TerminalSummary } from './terminal-history.js';

/** Everything that features are made from: a transaction, and what was known before it. */
export interface FeatureContext {
  nowMs: number;
  amount: number;
  /** ln(1 + amount). */
  logAmount: number;
  /** Hour of the day (UTC), with its fraction, and day of the week, Monday 0. */
  hour: number;
  weekday: number;
  customer: CustomerSummary;
  customerLabels: LabelSummary;
  terminal: TerminalSummary;
  terminalLabels: LabelSummary;
  /** Means that short histories are pulled towards. */
  customerMean: number;
  customerDeviation: number;
  terminalMean: number;
  terminalDeviation: number;
  population: PopulationSummary;
}

export interface PopulationSummary {
  meanAmount: number;
  meanLog: number;
  deviationLog: number;
  /** Share of all amounts so far that are larger than this one. */
  shareLarger: number;
  /** Share of all transactions so far within an hour of this one's hour. */
  shareOfHour: number;
  knownFraudShare: number;
}

/** A feature: its name in the manifest, what a fraud analyst reads of it, and how it is made. */
export interface Feature {
  readonly name: string;
  readonly description: string;
  readonly value: (context: FeatureContext) => number;
}
