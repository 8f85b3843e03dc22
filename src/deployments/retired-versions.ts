import type { DeploymentSummary } from '../api/deployment.js';
import type { LabelCounts } from '../monitoring/labels/label-counts.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { SendReason } from '../scheduling/batch-policy.js';
import type { Deployment } from './deployment.js';

const sendReasons = ['idleWorker', 'full', 'delayOver', 'deadline'] as const satisfies readonly SendReason[];

/** The last so many are listed. */
const listed = 10;

interface Retired {
  readonly summary: DeploymentSummary;
  /** Labels still come. */
  readonly stats: Pick<VersionStats, 'version' | 'business' | 'labels'>;
}

/** What versions that have ended add to a scorer's counts, beside what their statistics hold. */
export interface PastCounts {
  /** Workers that died, or hung. */
  lost: number;
  /** The most that waited at once. */
  maxDepth: number;
  sent: Record<SendReason, number>;
  /** Answers that wanted reasons: with them, and without. */
  given: number;
  skipped: number;
}

/** Versions that have ended: the last ten by name, and what all of them have counted. */
export class RetiredVersions {
  readonly #last: Retired[] = [];
  /** What all have counted together; null before the first has ended. */
  #counted: VersionStats | null = null;

  readonly past: PastCounts = {
    lost: 0,
    maxDepth: 0,
    sent: { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 },
    given: 0,
    skipped: 0,
  };

  get counted(): readonly VersionStats[] {
    return this.#counted === null ? [] : [this.#counted];
  }

  /** The latest first. */
  get summaries(): DeploymentSummary[] {
    return this.#last.map(({ summary, stats }) => ({ ...summary, business: stats.business }));
  }

  /** @param summary the last one of the version. @param isCounted whether its requests were callers'. */
  add(summary: DeploymentSummary, deployment: Deployment, isCounted: boolean): void {
    const { stats } = deployment;
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
    this.#count(deployment);
    if (this.#counted === null) this.#counted = stats;
    else this.#counted.absorb(stats);
  }

  #count({ workers, batcher, explanations }: Deployment): void {
    const { past } = this;
    past.lost += workers.lost;
    past.maxDepth = Math.max(past.maxDepth, batcher.maxWaiting);
    past.given += explanations.summary.given;
    past.skipped += explanations.summary.skipped;
    for (const reason of sendReasons) past.sent[reason] += batcher.sends[reason];
  }

  labelsOf(version: string): LabelCounts | null {
    return this.#last.find(({ stats }) => stats.version === version)?.stats.labels ?? null;
  }
}
