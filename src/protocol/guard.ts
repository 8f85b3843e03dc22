/** What any worker is told when it starts: where it says that it is inside the runtime. */
export interface GuardedData {
  /** int32 words of the exit guard, see `guardWords`. */
  guard: SharedArrayBuffer;
  /** Which of its slots this thread has to itself. */
  guardSlot: number;
}

/**
 * The int32 words of the exit guard, two for each slot: `stop`, and how many calls into the runtime the thread that sits
 * there has under way, which the host sets to `startingCall` until its modules are loaded. A process that ends, or terminates a thread, during such a call
 * aborts; so the host sets `stop` and waits until the slot is not busy, and a worker checks `stop` after it has said it is busy. A call that loads a
 * model, which may take much longer than any batch, counts as `loadingCall` in place of one.
 */
export const guardWords = {
  stop: (slot: number): number => slot * 2,
  busy: (slot: number): number => slot * 2 + 1,
  length: (slots: number): number => slots * 2,
} as const;

/** More calls than are ever under way. */
export const loadingCall = 2 ** 16;

/** More than any number of calls of both kinds. */
export const startingCall = 2 ** 24;
