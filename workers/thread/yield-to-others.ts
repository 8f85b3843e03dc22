import { constants, platform, setPriority } from 'node:os';

/**
 * Gives this thread the lowest priority, so that the threads of callers' requests go before it where they need the same CPU. On Linux a
 * priority is a thread's; elsewhere it is the whole process's, and left alone.
 */
export function yieldToOthers(): void {
  if (platform() !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // A sandbox may forbid it: it works without, only less politely.
  }
}
