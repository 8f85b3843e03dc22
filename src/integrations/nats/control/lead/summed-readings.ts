import { LatencyHistogram } from '../../../../monitoring/latency-histogram.js';
import { countsBetween, type VersionReading } from '../../../../monitoring/version-reading.js';
import type { FullReport } from '../node-report.js';

/**
 * Sums the counts of one version, or of several as if they were one, over nodes. A node's counts begin at 0 again when it restarts or
 * deploys the version again. So what counts is the difference between two readings of one incarnation, and the sums never shrink. The first
 * reading of each only begins the differences.
 */
export class SummedReadings {
  readonly #versions: readonly string[];
  #last = new Map<string, VersionReading>();
  #sum: VersionReading;
  /** 1 + the sum of the nodes' excesses over 1; see `LiveVersion.designEffect`. */
  designEffect = 1;

  constructor(versions: readonly string[]) {
    this.#versions = versions;
    this.#sum = {
      version: versions.join(),
      requests: 0,
      failed: 0,
      decided: 0,
      blocked: 0,
      latency: new LatencyHistogram(),
    };
  }

  /** @param reports the newest of each node. @returns the sum, which does not change later. */
  add(reports: readonly FullReport[]): VersionReading {
    const latency = new LatencyHistogram();
    latency.add(this.#sum.latency);
    let { requests, failed, decided, blocked } = this.#sum;
    let excess = 0;
    const seen = new Map<string, VersionReading>();
    const own = reports.flatMap(({ incarnation, readings }) =>
      readings
        .filter(({ reading }) => this.#versions.includes(reading.version))
        .map((one) => ({ ...one, key: `${incarnation} ${one.since} ${one.reading.version}` })),
    );
    for (const { key, reading, designEffect } of own) {
      excess += designEffect - 1;
      seen.set(key, reading);
      const before = this.#last.get(key);
      // Counts of one incarnation never shrink. If one does, begin again from it.
      if (before === undefined || hasShrunk(before, reading)) continue;
      const counts = countsBetween(before, reading);
      requests += counts.requests;
      failed += counts.failed;
      decided += counts.decided;
      blocked += counts.blocked;
      latency.add(reading.latency.since(before.latency));
    }
    this.#last = seen;
    this.designEffect = 1 + excess;
    this.#sum = { ...this.#sum, requests, failed, decided, blocked, latency };
    return this.#sum;
  }
}

function hasShrunk(before: VersionReading, after: VersionReading): boolean {
  const { requests, failed, decided, blocked } = countsBetween(before, after);
  return Math.min(requests, failed, decided, blocked, after.latency.count - before.latency.count) < 0;
}
