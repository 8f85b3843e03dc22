import type { Milestones } from '../oracle/milestones.js';

const lookMs = 1_000;

/**
 * Waits for a load to end, but not for ever: requests that never settle must be found out, on a slow machine as on a fast one.
 *
 * @param stallMs how long nothing at all may settle.
 * @returns whether it ended.
 */
export async function bounded(load: Promise<unknown>, settled: Milestones, stallMs = 30_000): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<false>((resolve) => {
    let [last, quietMs] = [settled.done, 0];
    timer = setInterval(() => {
      quietMs = settled.done === last ? quietMs + lookMs : 0;
      last = settled.done;
      if (quietMs >= stallMs) resolve(false);
    }, lookMs);
  });
  try {
    return await Promise.race([load.then(() => true), stalled]);
  } finally {
    clearInterval(timer);
  }
}
