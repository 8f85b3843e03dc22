import type { CpuProfile } from './self-times.js';

/** Which of the scorer's threads a profile is of; null where it is none of them. */
export function threadOf({ nodes }: CpuProfile): string | null {
  const has = (file: string): boolean => nodes.some(({ callFrame }) => callFrame.url.endsWith(file));
  if (has('/closed-loop.ts')) return 'host';
  return has('/worker.js') && has('/binding.js') ? 'worker' : null;
}
