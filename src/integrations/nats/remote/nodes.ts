import type { PackedLayout } from '../wire/layout.js';
import { ReplyTimes } from './reply-times.js';

/** A node as a client knows it. */
export interface RemoteNode {
  readonly id: string;
  readonly subject: string;
  layout: PackedLayout | null;
  /** Rows in flight on it. */
  rows: number;
  /** Frames in flight on it. */
  frames: number;
  readonly times: ReplyTimes;
  /** When it last answered anything, on the monotonic clock. */
  seenAt: number;
  /** It did not answer in time, and gets no frames until it answers again. */
  isSuspect: boolean;
  /** It has refused a frame as busy, and is left alone until then. */
  busyUntil: number;
  /** The rows that it takes in a frame, where it has refused a larger one. */
  maxRows: number;
}

export function newNode(id: string, subject: string, now: number): RemoteNode {
  return {
    ...{ id, subject, layout: null, rows: 0, frames: 0, times: new ReplyTimes(), seenAt: now },
    ...{ isSuspect: false, busyUntil: 0, maxRows: Number.POSITIVE_INFINITY },
  };
}

/**
 * The node for the next frame: the one with the fewest rows in flight. Nodes that are suspect or busy come after all others.
 *
 * @param avoid the node that the requests were sent to before. @returns null if there is no other.
 */
export function chooseNode(nodes: Iterable<RemoteNode>, avoid: RemoteNode | null, now: number): RemoteNode | null {
  let best: RemoteNode | null = null;
  for (const node of nodes) {
    if (node === avoid) continue;
    if (best === null || isBetter(node, best, now)) best = node;
  }
  return best;
}

function isBetter(node: RemoteNode, best: RemoteNode, now: number): boolean {
  const [rank, bestRank] = [rankOf(node, now), rankOf(best, now)];
  return rank === bestRank ? node.rows < best.rows : rank < bestRank;
}

function rankOf({ isSuspect, busyUntil }: RemoteNode, now: number): number {
  return (isSuspect ? 2 : 0) + (busyUntil > now ? 1 : 0);
}
