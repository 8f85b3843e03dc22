import type { DeploymentSummary } from '../api/deployment.js';
import type { LabelCounts } from '../monitoring/labels/label-counts.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { SendReason } from '../scheduling/batch-policy.js';
import type { Deployment } from './deployment.js';

const sendReasons = ['idleWorker', 'full', 'delayOver', 'deadline'] as const satisfies readonly SendReason[];

/** This many versions are listed. */
const listed = 10;

/** The counts of this many versions are kept separately, so that the metrics can tell them apart. */
const keptApart = 5;

interface Retired {
  readonly summary: DeploymentSummary;
  /** Kept because labels may still come. */
  readonly stats: Pick<VersionStats, 'version' | 'business' | 'labels'>;
}

/** What retired versions add to a scorer's counts, besides their statistics. */
export interface PastCounts {
  /** Workers that died or hung. */
  lost: number;
  /** The most requests that waited at the same time. */
  maxDepth: number;
  sent: Record<SendReason, number>;
  /** Answers that wanted reasons: with them and without. */
  given: number;
  skipped: number;
}

/** Retired versions: the names of the last ten, the counts of the last five, and the summed counts of all before them. */
export class RetiredVersions {
  readonly #last: Retired[] = [];
  /** By version. The version that ended last comes last. */
  readonly #kept = new Map<string, VersionStats>();
  /** The summed counts of the older versions; null if there are none. */
  #older: VersionStats | null = null;
  readonly #isLive: (version: string) => boolean;

  /** @param isLive whether a version of that name is live, because a version may be deployed again. */
  constructor(isLive: (version: string) => boolean = () => false) {
    this.#isLive = isLive;
  }

  readonly past: PastCounts = {
    lost: 0,
    maxDepth: 0,
    sent: { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 },
    given: 0,
    skipped: 0,
  };

  /** The counts of each of the last five versions, then the sum of all older ones. */
  get counted(): readonly VersionStats[] {
    return this.#older === null ? this.kept : [...this.kept, this.#older];
  }

  /** The summed counts of all versions before the last five; null if there are none. */
  get older(): VersionStats | null {
    return this.#older;
  }

  /**
   * The counts of the last five, and of older versions that are live again: a live version's counts must not shrink. Two versions that
   * ended under the same name count as one.
   */
  get kept(): readonly VersionStats[] {
    return [...this.#kept.values()];
  }

  /** The comparisons of the last five shadows, and of versions that were shadows until they ended. The latest comes first. */
  get shadows(): readonly Pick<DeploymentSummary, 'version' | 'shadow'>[] {
    return this.#last.slice(0, keptApart).map(({ summary }) => summary);
  }

  /** The labels of the last five versions' decisions. */
  get labels(): readonly { version: string; labels: LabelCounts }[] {
    return this.#last.slice(0, keptApart).map(({ stats: { version, labels } }) => ({ version, labels }));
  }

  /** The latest comes first. */
  get summaries(): DeploymentSummary[] {
    return this.#last.map(({ summary, stats }) => ({ ...summary, business: stats.business }));
  }

  /** @param summary the version's last summary. @param isCounted whether its requests came from callers. */
  add(summary: DeploymentSummary, deployment: Deployment, isCounted: boolean): void {
    const { stats } = deployment;
    // Add a copy: the version's own counts will go on to count for all older versions.
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
    const before = this.#kept.get(version);
    if (before !== undefined) stats.absorb(before);
    // Insert it at the end, because it ended last.
    this.#kept.delete(version);
    this.#kept.set(version, stats);
    this.#foldOldest();
  }

  #foldOldest(): void {
    const ended = [...this.#kept].filter(([version]) => !this.#isLive(version));
    for (const [version, stats] of ended.slice(0, -keptApart)) {
      this.#kept.delete(version);
      if (this.#older === null) this.#older = stats;
      else this.#older.absorb(stats);
    }
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
