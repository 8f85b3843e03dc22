/** Shown for unknown values. */
export const unknown = '–';

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** 12,345 */
export function formatCount(value: number | null): string {
  return value === null ? unknown : counts.format(value);
}

/** 12,345, and from a hundred thousand on 123K. */
export function formatShort(value: number | null): string {
  if (value === null) return unknown;
  if (Math.abs(value) >= 100_000) return short.format(value);
  return Math.abs(value) >= 100 || Number.isInteger(value) ? counts.format(value) : trimmed(value);
}

/** 0.42 ms, 3.1 ms, 120 ms, 2.4 s */
export function formatMs(value: number | null): string {
  if (value === null) return unknown;
  if (value === 0) return '0 ms';
  if (value >= 9_950) return `${(value / 1_000).toFixed(1)} s`;
  return `${trimmed(value)} ms`;
}

/** 12.3 %, for a share in [0, 1]. */
export function formatShare(value: number | null): string {
  if (value === null) return unknown;
  const percent = value * 100;
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${percent >= 10 ? percent.toFixed(1) : percent.toFixed(2)} %`;
}

/** 45 s, 12 min, 3 h 5 min, 2 d 4 h */
export function formatDuration(ms: number): string {
  const seconds = Math.max(Math.round(ms / 1_000), 0);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** 23:04:05, in the reader's time zone. @param at in milliseconds since the epoch. */
export function formatTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

export function formatGib(value: number | null): string {
  return value === null ? unknown : `${value.toFixed(2)} GiB`;
}

/** About three digits. */
function trimmed(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return counts.format(value);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
