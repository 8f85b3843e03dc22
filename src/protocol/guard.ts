/** The data that every worker gets at its start, to mark that it is inside the runtime. */
export interface GuardedData {
  /** int32 words of the exit guard, see `guardWords`. */
  guard: SharedArrayBuffer;
  /** The slot of this thread. */
  guardSlot: number;
}

/**
 * The int32 words of the exit guard, two for each slot. The first is the `stop` flag. The second is the number of calls into the runtime
 * that the slot's thread has open. The host sets it to `startingCall` until the thread's modules are loaded. If a process ends or
 * terminates a thread during such a call, it aborts. So the host sets `stop` and waits until the slot is not busy, and a worker checks
 * `stop` after it has marked itself busy. A call that loads a model may take much longer than a batch, so it counts as `loadingCall`
 * instead of 1.
 */
export const guardWords = {
  stop: (slot: number): number => slot * 2,
  busy: (slot: number): number => slot * 2 + 1,
  length: (slots: number): number => slots * 2,
} as const;

/** Higher than the number of calls that are ever open. */
export const loadingCall = 2 ** 16;

/** Higher than any sum of both kinds of calls. */
export const startingCall = 2 ** 24;
