import { readFileSync } from 'node:fs';
import { constants, platform, setPriority } from 'node:os';

/** Lower priority than the threads that serve, but still a tenth of a CPU if they use all of it. */
const whileLoading = 10;

/** The capability that a thread needs to raise its priority again (CAP_SYS_NICE), as a bit of `CapEff`. */
const mayRaise = 1n << 23n;

/**
 * Gives this thread the lowest priority, so that the threads of callers' requests go first on the same CPU. On Linux a priority belongs to
 * a thread. Elsewhere it belongs to the whole process and is not changed.
 */
export function yieldToOthers(): void {
  setOwnPriority(constants.priority.PRIORITY_LOW);
}

/**
 * Lowers the priority for a while, and less. If the system would not let the thread return to its priority, it is not changed.
 *
 * @returns a function that ends it.
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
    // A sandbox may forbid it. Everything works without it.
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
