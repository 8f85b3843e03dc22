import type { AlertSnapshot, FailureCounts, VersionSnapshot } from '../../api/alerts.js';
import type { Clock } from '../../host/clock.js';
import { dayOf } from '../labels/label-days.js';
import { readCoverage } from '../labels/label-reading.js';
import type { PerformanceHistory } from '../performance-history.js';
import type { AlertSources, VersionSource } from './alert-sources.js';
import { FlipWindows } from './flip-windows.js';
import { MinuteRing } from './minute-ring.js';
import { WindowReader } from './window-reading.js';

/** The longest time that the rules look back. */
const mostMinutes = 360;

/** The shares are counted since the experiment began, so a few seconds change little. */
const sampleRatioEveryLooks = 10;

/** What the monitor knows at a check. */
export interface MonitorReading {
  /** Of all versions, ended versions included. */
  histories: readonly PerformanceHistory[];
  /** How much of the last 10 seconds the window covers now. */
  windowMs: number;
  /** The length of the full window, in ms. */
  wholeWindowMs: number;
  memoryGb: number | null;
  labels: AlertSnapshot['labels'];
}

/** The sources of snapshots. */
export interface SnapshotOptions {
  clock: Clock;
  sources: AlertSources;
  maxQueueSize: number;
  /** Days that a label may take. */
  labelDelayDays: number;
}

/** Takes the snapshots that the rules check, and remembers what they need of earlier ones. */
export class Snapshots {
  readonly #clock: Clock;
  readonly #sources: AlertSources;
  readonly #maxQueueSize: number;
  readonly #labelDelayDays: number;
  readonly #minutes = new MinuteRing(mostMinutes);
  readonly #flips = new FlipWindows();
  #looks = 0;
  #sampleRatioP: number | null = null;

  constructor({ clock, sources, maxQueueSize, labelDelayDays }: SnapshotOptions) {
    this.#clock = clock;
    this.#sources = sources;
    this.#maxQueueSize = maxQueueSize;
    this.#labelDelayDays = labelDelayDays;
  }

  /** Adds the requests of all versions of one second, after that second. */
  recordSecond({ requests, failed }: FailureCounts): void {
    this.#minutes.add(this.#clock.now(), requests, failed);
  }

  take({ histories, windowMs, wholeWindowMs, memoryGb, labels }: MonitorReading): AlertSnapshot {
    const sources = this.#sources;
    const now = this.#clock.now();
    const since = sources.waitingSince();
    const versions = sources.versions();
    const flips = this.#flips.read(now, versions);
    const windows = new WindowReader(windowMs);
    const minutes = (count: number): FailureCounts => this.#minutes.sum(now, count);
    return {
      at: this.#clock.epochMs(),
      windowSeconds: windowMs / 1000,
      recent: windows.read(histories),
      waitedWholeWindow: since !== null && now - since >= wholeWindowMs,
      failures: {
        last5Minutes: minutes(5),
        last30Minutes: minutes(30),
        lastHour: minutes(60),
        last6Hours: minutes(mostMinutes),
      },
      queue: { depth: sources.queueDepth?.() ?? 0, maxDepth: this.#maxQueueSize },
      memoryGb,
      workers: sources.workers(),
      labels,
      failover: sources.failover(),
      sampleRatioP: this.#sampleRatio(),
      versions: versions.map((version) => this.#version(version, flips.get(version.stats) ?? null, windows)),
    };
  }

  #version(source: VersionSource, flips: VersionSnapshot['flips'], windows: WindowReader): VersionSnapshot {
    const { version, role, traffic, stats } = source;
    const { rate, labels } = stats.labels.recentFalsePositiveRate;
    const today = dayOf(this.#clock.epochMs());
    return {
      version,
      role,
      traffic,
      recent: windows.read([stats.history]),
      decisions: stats.decisions.total,
      labelled: stats.labels.labelledOwn,
      labels: { recent: labels, falsePositiveRate: rate },
      coverage: readCoverage(stats.labels, { today, delayDays: this.#labelDelayDays }),
      drift: this.#sources.drift?.(version) ?? null,
      flips,
      calibration: this.#sources.calibration?.(version) ?? null,
    };
  }

  #sampleRatio(): number | null {
    if (this.#looks % sampleRatioEveryLooks === 0) this.#sampleRatioP = this.#sources.sampleRatioP?.() ?? null;
    this.#looks += 1;
    return this.#sampleRatioP;
  }
}
