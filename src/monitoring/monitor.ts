import { deserialize, serialize } from 'node:v8';
import type { Alert, AlertsSummary } from '../api/alerts.js';
import type { Outcome } from '../api/outcome.js';
import type { BusinessSummary, PerformanceSummary, RequestCounts } from '../api/summary.js';
import type { Timer } from '../host/clock.js';
import { contained, type FaultReport } from '../host/faults.js';
import { AlertWatch, type AlertWatchOptions } from './alerts/alert-watch.js';
import type { MonitorReading } from './alerts/snapshots.js';
import { DecisionCounter, type DecisionCounts, RequestCounter } from './counts.js';
import type { LabelCounts, LabelsReading } from './labels/label-counts.js';
import type { OutcomeStore, RememberedDecision } from './labels/outcomes.js';
import { PerformanceHistory, windowIntervals } from './performance-history.js';
import { type PerformanceReading, PerformanceRecorder } from './performance-recorder.js';
import { residentMemoryGb } from './resident-memory.js';
import type { VersionStats } from './version-stats.js';

const intervalMs = 1_000;

const windowSeconds = (windowIntervals * intervalMs) / 1000;

export interface MonitorOptions extends AlertWatchOptions {
  outcomes: OutcomeStore;
  /** The statistics of each version that serves or has served. */
  versions: () => readonly VersionStats[];
  /** The labels of the version that the host names; null if it is not known. */
  labelsOf: (version: string | undefined) => LabelCounts | null;
  /** Called if one part of the work of every second fails. The other parts are still done. */
  onFault: FaultReport;
}

/** Everything the monitor knows, without the parts of pools and batchers. */
export interface MonitorSummary {
  performance: PerformanceSummary;
  recent: { windowSeconds: number; performance: PerformanceSummary };
  requests: RequestCounts;
  business: BusinessSummary;
  activeAlerts: Alert[];
}

/** The sums and counts that a `MonitorSummary` is computed from. Those of several scorers can be added up. */
export interface MonitorSums {
  readonly performance: PerformanceReading;
  readonly recent: { readonly windowSeconds: number; readonly performance: PerformanceReading };
  readonly decisions: DecisionCounts;
  readonly labels: LabelsReading;
}

/** Watches the scorer from inside its process: reads the versions' counts over windows, and judges its health. */
export class Monitor {
  readonly #options: MonitorOptions;
  /** Values that belong to no version: the memory of the process, and the throughput of all versions together. */
  readonly #history: PerformanceHistory;
  /** Filled by each reading with the sum of all versions. */
  readonly #sinceStart = new PerformanceRecorder();
  readonly #scratch = new PerformanceRecorder();
  readonly #alerts: AlertWatch;
  #timer: Timer | null = null;
  /** null if the operating system does not report it. */
  #memoryGb: number | null = null;
  /** The last summary, taken when the monitor was disposed. Later rejections are added to it. */
  #final: MonitorSummary | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#history = new PerformanceHistory(options.clock);
    this.#alerts = new AlertWatch(options);
    this.#sampleMemory();
  }

  /** Starts to check every second. Start it only when a host can hear of an alert. */
  watch(): void {
    this.#history.begin();
    for (const { history } of this.#options.versions()) history.begin();
    this.#timer ??= this.#options.clock.every(intervalMs, () => this.#tick());
  }

  /** Checks the alerts now, for states that would be over before the next second. */
  lookNow(): void {
    if (this.#timer !== null && this.#final === null) this.#alerts.lookNow(this.#reading());
  }

  recordOutcome(outcome: Outcome): boolean {
    const version = this.#options.labelsOf(outcome.version);
    return this.#options.outcomes.record(outcome, version);
  }

  /** What is remembered of the decision about a request; null if nothing is. */
  remembered(id: string): RememberedDecision | null {
    return this.#options.outcomes.remembered(id);
  }

  /** The active alerts. */
  get activeAlerts(): readonly Alert[] {
    return this.#alerts.active;
  }

  /** The names of all active rules. */
  get alertRules(): readonly string[] {
    return this.#alerts.rules;
  }

  /** The active alerts and the history. */
  get alerts(): AlertsSummary {
    return this.#alerts.summary;
  }

  /** What is wrong with the scorer's health, from the active alerts. */
  get findings(): string[] {
    return this.#alerts.findings;
  }

  /** @param each gets the measurements of each version since the start, while it is read. The recorder is reused, so copy from it. */
  summary(each: (version: VersionStats, sinceStart: PerformanceRecorder) => void = () => {}): MonitorSummary {
    if (this.#final !== null) return this.#withLate(this.#final);
    const decisions = this.#readSinceStart(each);
    const all = this.#sinceStart;
    return {
      performance: all.summary(),
      recent: { windowSeconds, performance: this.#recent((recorder) => recorder.summary()) },
      requests: all.requests.summary(),
      business: { ...decisions.summary(), ...this.#options.outcomes.summary(decisions.total) },
      activeAlerts: this.#alerts.active,
    };
  }

  /** What a summary is computed from. @param each see `summary`. */
  reading(each: (version: VersionStats, sinceStart: PerformanceRecorder) => void): MonitorSums {
    const { counts: decisions } = this.#readSinceStart(each);
    return {
      performance: this.#sinceStart.reading,
      recent: { windowSeconds, performance: this.#recent((recorder) => recorder.reading) },
      decisions,
      labels: this.#options.outcomes.counts.reading,
    };
  }

  /** Fills `#sinceStart`. @returns the decisions of all versions. */
  #readSinceStart(each: (version: VersionStats, sinceStart: PerformanceRecorder) => void): DecisionCounter {
    const decisions = new DecisionCounter();
    const all = this.#sinceStart;
    all.reset();
    for (const version of this.#options.versions()) {
      version.history.readSinceStart(this.#scratch);
      all.addCounts(this.#scratch);
      decisions.add(version.decisions.counts);
      each(version, this.#scratch);
    }
    this.#history.eachSinceStart((recorder) => all.add(recorder));
    // A partial interval counts only if the start was too short for a whole one.
    if (!all.hasThroughput) all.closeInterval(this.#history.currentMs);
    return decisions;
  }

  /** Stops watching. The last summary stays available. */
  dispose(): void {
    if (this.#final !== null) return;
    this.#final = this.summary();
    this.#timer?.clear();
    for (const version of this.#options.versions()) version.end();
  }

  #withLate(final: MonitorSummary): MonitorSummary {
    const late = new RequestCounter();
    for (const version of this.#options.versions()) late.add(version.late);
    const requests = { ...final.requests };
    const more = late.summary();
    for (const name of Object.keys(more) as (keyof RequestCounts)[]) requests[name] += more[name];
    return { ...deserialize(serialize(final)), requests };
  }

  #recent<T>(read: (recorder: PerformanceRecorder) => T): T {
    const scratch = this.#scratch;
    scratch.reset();
    for (const { history } of this.#options.versions()) history.eachRecent((recorder) => scratch.addCounts(recorder));
    if (this.#history.isFirst) scratch.closeInterval(this.#history.currentMs);
    this.#history.eachRecent((recorder) => scratch.add(recorder));
    return read(scratch);
  }

  #tick(): void {
    const parts = [
      () => this.#sampleMemory(),
      () => this.#options.outcomes.forgetExpired(),
      () => this.#alerts.look(this.#reading()),
      () => this.#advance(),
    ];
    for (const part of parts) contained(part, this.#options.onFault);
  }

  #advance(): void {
    let all = 0;
    const second = { requests: 0, failed: 0 };
    for (const { history } of this.#options.versions()) {
      const { rows, requests } = history.current;
      const { accepted, unanswered } = requests;
      all += rows;
      history.advance(rows);
      second.requests += accepted;
      second.failed += unanswered;
    }
    this.#alerts.snapshots.recordSecond(second);
    this.#history.advance(all);
  }

  #sampleMemory(): void {
    this.#memoryGb = residentMemoryGb();
    if (this.#memoryGb !== null) this.#history.current.recordMemory(this.#memoryGb);
  }

  #reading(): MonitorReading {
    const { outcomes, versions } = this.#options;
    const { rate, labels } = outcomes.recentFalsePositiveRate();
    return {
      histories: versions().map(({ history }) => history),
      windowMs: this.#history.windowMs,
      wholeWindowMs: windowIntervals * intervalMs,
      memoryGb: this.#memoryGb,
      labels: { recent: labels, falsePositiveRate: rate },
    };
  }
}
