import type { DeploymentSummary } from '../api/deployment.js';
import type { LabelCounts } from '../monitoring/label-counts.js';
import type { VersionStats } from '../monitoring/version-stats.js';

/** The last so many are listed. */
const listed = 10;

interface Retired {
  readonly summary: DeploymentSummary;
  /** Labels still come. */
  readonly stats: Pick<VersionStats, 'version' | 'business' | 'labels'>;
}

/** Versions that have ended: the last ten by name, and what all of them have counted. */
export class RetiredVersions {
  readonly #last: Retired[] = [];
  /** Workers that they have lost, all together. */
  lostWorkers = 0;
  /** What all have counted together; null before the first has ended. */
  #counted: VersionStats | null = null;

  get counted(): readonly VersionStats[] {
    return this.#counted === null ? [] : [this.#counted];
  }

  /** The latest first. */
  get summaries(): DeploymentSummary[] {
    return this.#last.map(({ summary, stats }) => ({ ...summary, business: stats.business }));
  }

  /** @param summary the last one of the version. @param isCounted whether its requests were callers'. */
  add(summary: DeploymentSummary, stats: VersionStats, isCounted: boolean): void {
    // A copy of the counts it has, as the first one's own go on to count for all.
    const { version, labels, decisions } = stats;
    const own = decisions.copy();
    const kept = {
      version,
      labels,
      get business() {
        return { ...own.summary(), ...labels.summary(own.total) };
      },
    };
    this.#last.unshift({ summary, stats: kept });
    this.#last.length = Math.min(this.#last.length, listed);
    if (!isCounted) return;
    this.lostWorkers += summary.workers.lost;
    if (this.#counted === null) this.#counted = stats;
    else this.#counted.absorb(stats);
  }

  labelsOf(version: string): LabelCounts | null {
    return this.#last.find(({ stats }) => stats.version === version)?.stats.labels ?? null;
  }
}
