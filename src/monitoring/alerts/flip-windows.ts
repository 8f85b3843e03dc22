import type { FlipsSeen } from '../../api/alerts.js';
import type { VersionSource } from './alert-sources.js';
import { MinuteRing } from './minute-ring.js';

const minutes = 10;

interface Window {
  readonly ring: MinuteRing;
  /** The count at the last reading. */
  compared: number;
  flipped: number;
}

/** Flips of shadows over the last minutes, computed from counts since each shadow began. */
export class FlipWindows {
  /** By the statistics object of the version. If a version is deployed again, it gets a new one. */
  #windows = new Map<object, Window>();

  /** Reads all versions. @returns the flips of shadows, by their statistics. */
  read(nowMs: number, versions: readonly VersionSource[]): Map<object, FlipsSeen> {
    const windows = new Map<object, Window>();
    const seen = new Map<object, FlipsSeen>();
    for (const { stats, flips } of versions) {
      if (flips === null) continue;
      const window = this.#windows.get(stats) ?? { ring: new MinuteRing(minutes), compared: 0, flipped: 0 };
      const { compared, flipped } = flips;
      window.ring.add(nowMs, compared - window.compared, flipped - window.flipped);
      Object.assign(window, { compared, flipped });
      windows.set(stats, window);
      const { requests, failed } = window.ring.sum(nowMs, minutes);
      seen.set(stats, { compared: requests, flipped: failed });
    }
    this.#windows = windows;
    return seen;
  }
}
