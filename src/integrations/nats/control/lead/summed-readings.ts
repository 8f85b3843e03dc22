import { LatencyHistogram } from '../../../../monitoring/latency-histogram.js';
import { countsBetween, type VersionReading } from '../../../../monitoring/version-reading.js';
import type { FullReport, NodeReading } from '../node-report.js';

/**
 * Sums the counts of one version over nodes. A node's counts begin at 0 again when it restarts or deploys the version again. So what counts is
 * the difference between two readings of one incarnation, and the sums never shrink. The first reading of each only begins the differences.
 */
export class SummedReadings {
  readonly #version: string;
  #last = new Map<string, VersionReading>();
  #sum: VersionReading;
  /** 1 + the sum of the nodes' excesses over 1; see `LiveVersion.designEffect`. */
  designEffect = 1;

  constructor(version: string) {
    this.#version = version;
    this.#sum = { version, requests: 0, failed: 0, decided: 0, blocked: 0, latency: new LatencyHistogram() };
  }

  /** @param reports the newest of each node. @returns the sum, which does not change later. */
  add(reports: readonly FullReport[]): VersionReading {
    const latency = new LatencyHistogram();
    latency.add(this.#sum.latency);
    let { requests, failed, decided, blocked } = this.#sum;
    let excess = 0;
    const seen = new Map<string, VersionReading>();
    for (const { incarnation, readings } of reports) {
      const own: NodeReading | undefined = readings.find(({ reading }) => reading.version === this.#version);
      if (own === undefined) continue;
      excess += own.designEffect - 1;
      const key = `${incarnation} ${own.since}`;
      seen.set(key, own.reading);
      const before = this.#last.get(key);
      // Counts of one incarnation never shrink. If one does, begin again from it.
      if (before === undefined || hasShrunk(before, own.reading)) continue;
      const counts = countsBetween(before, own.reading);
      requests += counts.requests;
      failed += counts.failed;
      decided += counts.decided;
      blocked += counts.blocked;
      latency.add(own.reading.latency.since(before.latency));
    }
    this.#last = seen;
    this.designEffect = 1 + excess;
    this.#sum = { version: this.#version, requests, failed, decided, blocked, latency };
    return this.#sum;
  }
}

function hasShrunk(before: VersionReading, after: VersionReading): boolean {
  const { requests, failed, decided, blocked } = countsBetween(before, after);
  return Math.min(requests, failed, decided, blocked, after.latency.count - before.latency.count) < 0;
}
