import type { Decision } from '../api/result.js';

/** Stand-in until the statistics are merged. */
export type ShadowDrop = 'queueFull' | 'pressure' | 'notReadable' | 'failed' | 'late' | 'unpaired';

export class ShadowStats {
  #copied = 0;
  readonly #dropped: Record<string, number> = {};
  readonly flips: Record<string, Record<string, number>> = {};
  recordPair(primary: Decision, _score: number, shadow: Decision, _own: number): void {
    const row = (this.flips[primary] ??= {});
    row[shadow] = (row[shadow] ?? 0) + 1;
  }
  recordDropped(reason: ShadowDrop): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
  }
  recordCopied(): void {
    this.#copied += 1;
  }
  recordLatency(_ms: number): void {}
  snapshot(): { copied: number; dropped: Record<string, number>; flips: Record<string, Record<string, number>> } {
    return { copied: this.#copied, dropped: this.#dropped, flips: this.flips };
  }
}
