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
  /** When it got its last frame. */
  usedAt: number;
  /** It did not answer in time. It gets no frames but probes until it answers one. */
  isSuspect: boolean;
  /** When a suspect node may get the next probe, and how long the pause after that one is, in ms. */
  probeAt: number;
  probePauseMs: number;
  /** It has refused a frame as busy, and is left alone until then. */
  busyUntil: number;
  /** The rows in flight on it when it refused a frame as busy. Until `fullUntil` it gets no more. */
  fullAt: number;
  fullUntil: number;
  /** The rows that it takes in a frame, where it has refused a larger one. */
  maxRows: number;
  /** Until when that holds. */
  maxRowsUntil: number;
}

/** The pause between the first two probes of a suspect node, and the longest, in ms. */
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** How long a node that refused as busy is left alone, and how long what it held then counts as what it has room for, in ms. */
const busyMs = 5;
const fullMs = 250;

/** A node that has refused a frame as too large may take larger ones later, for example after it was started again. In ms. */
const maxRowsMs = 10_000;

export function newNode(id: string, subject: string, now: number): RemoteNode {
  return {
    ...{ id, subject, layout: null, rows: 0, frames: 0, times: new ReplyTimes(), seenAt: now, usedAt: 0 },
    ...{ isSuspect: false, probeAt: 0, probePauseMs: firstPauseMs, busyUntil: 0 },
    ...{ fullAt: 0, fullUntil: 0 },
    ...{ maxRows: Number.POSITIVE_INFINITY, maxRowsUntil: 0 },
  };
}

/** The node did not answer in time. */
export function distrust(node: RemoteNode, now: number): void {
  if (node.isSuspect) return;
  node.isSuspect = true;
  node.probePauseMs = firstPauseMs;
  node.probeAt = now + firstPauseMs;
}

/** The node has scored. That it answers questions is not enough: its workers may hang. */
export function trust(node: RemoteNode): void {
  node.isSuspect = false;
}

/** @returns whether a suspect node gets a probe now. Then the next one comes later. */
export function takeProbe(node: RemoteNode, now: number): boolean {
  if (!node.isSuspect || now < node.probeAt) return false;
  node.probePauseMs = Math.min(2 * node.probePauseMs, longestPauseMs);
  node.probeAt = now + node.probePauseMs;
  return true;
}

/** The node has no room for the frame that came back. Call it when the frame does not count as in flight any more. */
export function markBusy(node: RemoteNode, now: number): void {
  node.busyUntil = now + busyMs;
  node.fullAt = node.rows;
  node.fullUntil = now + fullMs;
}

/** Whether the node would probably refuse a frame. One that holds nothing of this client is asked again after a moment. */
export function isBusy({ busyUntil, fullAt, fullUntil, rows }: RemoteNode, now: number): boolean {
  return now < busyUntil || (now < fullUntil && rows > 0 && rows >= fullAt);
}

/** A frame with so many rows was too large for the node. */
export function limitRows(node: RemoteNode, rows: number, now: number): void {
  node.maxRows = Math.max(1, Math.floor(rows / 2));
  node.maxRowsUntil = now + maxRowsMs;
}

/** The most rows that the node takes. The limit doubles after a time, so that one refusal does not count for ever. */
export function rowsFor(node: RemoteNode, now: number): number {
  if (node.maxRows < Number.POSITIVE_INFINITY && now >= node.maxRowsUntil) {
    node.maxRows *= 2;
    node.maxRowsUntil = now + maxRowsMs;
  }
  return node.maxRows;
}

/**
 * The node for the next frame: the one with the fewest rows in flight, and of equals the one that was used least recently. Nodes that are suspect or
 * busy come after all others.
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
  if (rank !== bestRank) return rank < bestRank;
  return node.rows === best.rows ? node.usedAt < best.usedAt : node.rows < best.rows;
}

function rankOf(node: RemoteNode, now: number): number {
  return (node.isSuspect ? 2 : 0) + (isBusy(node, now) ? 1 : 0);
}
