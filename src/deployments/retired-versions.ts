import type { DeploymentSummary } from '../api/deployment.js';
import type { LabelCounts } from '../monitoring/labels/label-counts.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { SendReason } from '../scheduling/batch-policy.js';
import type { Deployment } from './deployment.js';

const sendReasons = ['idleWorker', 'full', 'delayOver', 'deadline'] as const satisfies readonly SendReason[];

/** The last so many are listed. */
const listed = 10;

/** The counts of the last so many are kept apart, by version: the metrics tell them apart. */
const keptApart = 5;

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

/** Versions that have ended: the last ten by name, the counts of the last five, and what all before them have counted together. */
export class RetiredVersions {
  readonly #last: Retired[] = [];
  /** By version, the one that ended last at the end. */
  readonly #kept = new Map<string, VersionStats>();
  /** What those before have counted together; null before there is one. */
  #older: VersionStats | null = null;
  readonly #isLive: (version: string) => boolean;

  /** @param isLive whether a version of that name is live: one may be deployed again. */
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

  /** What all have counted: of the last five a version each, then of all before them together. */
  get counted(): readonly VersionStats[] {
    return this.#older === null ? this.kept : [...this.kept, this.#older];
  }

  /** What all before the last five have counted together; null before there is one. */
  get older(): VersionStats | null {
    return this.#older;
  }

  /**
   * Of the last five that ended, and of any before that are live again: the counts of a version must not become less while it serves. Two
   * that ended under one name are one.
   */
  get kept(): readonly VersionStats[] {
    return [...this.#kept.values()];
  }

  /** What the last five shadows, or versions that were shadows until they ended, have compared. The latest first. */
  get shadows(): readonly Pick<DeploymentSummary, 'version' | 'shadow'>[] {
    return this.#last.slice(0, keptApart).map(({ summary }) => summary);
  }

  /** The labels of the decisions of the last five. */
  get labels(): readonly { version: string; labels: LabelCounts }[] {
    return this.#last.slice(0, keptApart).map(({ stats: { version, labels } }) => ({ version, labels }));
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
    const before = this.#kept.get(version);
    if (before !== undefined) stats.absorb(before);
    // At the end, as it ended last.
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
