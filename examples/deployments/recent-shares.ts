/** Long enough for a stable share, short enough to show a change at once. */
const windowMs = 1_500;

interface Sample {
  readonly atMs: number;
  readonly answered: ReadonlyMap<string, number>;
}

/** The share of the recent answers that each version gave, to compare with the configured share. */
export class RecentShares {
  #samples: readonly Sample[] = [];

  /** @param answered answers by version since the start. @returns shares by version, in [0, 1]; empty if nothing was answered. */
  add(atMs: number, answered: ReadonlyMap<string, number>): Map<string, number> {
    const samples = [...this.#samples, { atMs, answered: new Map(answered) }];
    // Keep one sample from before the window, because the others are compared with it.
    const first = samples.findLastIndex((sample) => sample.atMs <= atMs - windowMs);
    this.#samples = samples.slice(Math.max(0, first));
    const before = this.#samples[0]?.answered ?? new Map<string, number>();
    const counts = [...answered].map(([version, count]) => [version, count - (before.get(version) ?? 0)] as const);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    return new Map(total === 0 ? [] : counts.map(([version, count]) => [version, count / total]));
  }
}
