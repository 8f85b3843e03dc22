/** The state that the decision about the next frame depends on. */
export interface FrameSnapshot {
  /** Requests that wait to be sent. */
  waiting: number;
  /** How long the oldest of them has waited, in ms. */
  oldestWaitMs: number;
  /** Frames in flight on the node that would get the frame. */
  framesOnNode: number;
  /** Rows of a full frame. */
  maxRows: number;
}

/** Send this many requests now, or look again after this time. */
export type FrameDecision = { action: 'send'; rows: number } | { action: 'wait'; ms: number };

/** The longest time that a request waits for others to join it, in ms. */
export const longestGatherMs = 2;

/**
 * A node without a frame gets all that waits at once, so there is no delay at low load. While every node has a frame, requests gather until a
 * frame comes back, a frame is full, or the oldest has waited long enough.
 */
export function decideFrame({ waiting, oldestWaitMs, framesOnNode, maxRows }: FrameSnapshot): FrameDecision {
  const rows = Math.min(waiting, maxRows);
  if (framesOnNode === 0 || waiting >= maxRows || oldestWaitMs >= longestGatherMs) return { action: 'send', rows };
  return { action: 'wait', ms: longestGatherMs - oldestWaitMs };
}
