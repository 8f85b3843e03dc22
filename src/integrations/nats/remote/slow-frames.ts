import type { FleetNodes } from './fleet-nodes.js';
import type { Frame, FramesInFlight } from './frames.js';
import { distrust } from './nodes.js';
import type { Retries } from './retries.js';

/** A frame whose answer has not come by then is lost, in ms. Requests that may wait longer are sent again, or fail. */
const forgetMs = 60_000;

/** For this long, in ms, an answer that nobody waits for any more still tells that its node is there, and how slow it is. */
const lateMs = 5_000;

/** Looks at all frames in flight: suspects the nodes that are slow, and forgets frames whose answers nobody waits for. */
export function judgeFrames(frames: FramesInFlight, nodes: FleetNodes, retries: Retries, now: number): void {
  for (const frame of frames.all) {
    const ageMs = now - frame.sentAt;
    const isSlow = now - frame.heardAt > frame.limitMs;
    if (isSlow && !frame.isGivenUp) suspect(frame, frames, nodes, retries, now);
    if (ageMs > forgetMs) {
      frames.drop(frame);
      retries.retry(frame, frame.node, 'The node that had the request did not answer');
    } else if (ageMs > lateMs && isSlow && frames.hasNoOpenRow(frame)) {
      frames.drop(frame);
    }
  }
}

/** Sends what a slow node holds to another, if there is one that is not slow. Its answer is still taken if it comes first. */
function suspect(frame: Frame, frames: FramesInFlight, nodes: FleetNodes, retries: Retries, now: number): void {
  const { node } = frame;
  // The next message to the queue group probably reaches another of its nodes.
  if (node !== nodes.group) {
    distrust(node, now);
    const other = nodes.otherOf(node, now);
    if (!frames.hasNoOpenRow(frame) && (other === null || other.isSuspect)) return;
  }
  frames.giveUp(frame);
  retries.hedge(frame);
}
