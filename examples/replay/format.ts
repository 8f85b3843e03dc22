const NOTHING = '–';

/** 12,345 */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** 1.23 ms; fewer digits for longer times. */
export function formatMs(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return NOTHING;
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)} ms`;
}

/** 8.4 s, or 3 min 05 s. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** 1.5 %; more digits for small shares. */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined) return NOTHING;
  return `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`;
}

/** 12,345/s */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return NOTHING;
  return perSecond < 10 ? `${perSecond.toFixed(1)}/s` : `${formatCount(perSecond)}/s`;
}

/** 0.8765 */
export function formatScore(score: number | null): string {
  return score === null ? NOTHING : score.toFixed(4);
}

/** 2018-04-01 13:45, UTC; empty if there is no time. */
export function formatTime(epochMs: number): string {
  return Number.isNaN(epochMs) ? NOTHING : new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ');
}
