import { readFileSync } from 'node:fs';
import { constants, platform, setPriority } from 'node:os';

/** Below the threads that serve, and still a tenth of a CPU where they use all of it. */
const whileLoading = 10;

/** The capability that a thread needs to take back what it gave (CAP_SYS_NICE), as a bit of `CapEff`. */
const mayRaise = 1n << 23n;

/**
 * Gives this thread the lowest priority, so that the threads of callers' requests go before it where they need the same CPU. On Linux a
 * priority is a thread's; elsewhere it is the whole process's, and left alone.
 */
export function yieldToOthers(): void {
  setOwnPriority(constants.priority.PRIORITY_LOW);
}

/**
 * The same for a while, and less so. Where the system would not let the thread go back to its priority, it keeps it.
 *
 * @returns ends it.
 */
export function yieldForNow(): () => void {
  if (!mayRaisePriority()) return () => {};
  setOwnPriority(whileLoading);
  return () => setOwnPriority(constants.priority.PRIORITY_NORMAL);
}

function setOwnPriority(priority: number): void {
  if (platform() !== 'linux') return;
  try {
    setPriority(priority);
  } catch {
    // A sandbox may forbid it: it works without, only less politely.
  }
}

function mayRaisePriority(): boolean {
  if (platform() !== 'linux') return false;
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1];
    return effective !== undefined && (BigInt(`0x${effective}`) & mayRaise) !== 0n;
  } catch {
    return false;
  }
}
