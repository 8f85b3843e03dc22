import { createHash } from 'node:crypto';
import type { Holder } from './label-messages.js';

/**
 * The node that a label counts on. All nodes that are asked choose the same one, so that a label never counts twice in a fleet, also if two
 * nodes have decided about the same request, or if the label comes again.
 *
 * A node that has the label already keeps it. Otherwise it is the node with the latest decision. A decision that nobody knows, but the label
 * itself tells, goes to the node that the id's hash chooses.
 *
 * @param holders the answers of the nodes. @returns null if no node knows it, and the label does not tell it.
 */
export function chooseHolder(id: string, tellsDecision: boolean, holders: readonly Holder[]): string | null {
  const known = holders.flatMap(({ node, known }) => (known === null ? [] : [{ node, ...known }]));
  const [best] = known.sort(
    (one, other) =>
      Number(other.isLabelled) - Number(one.isLabelled) ||
      other.decidedAt - one.decidedAt ||
      (one.node < other.node ? -1 : 1),
  );
  if (best !== undefined) return best.node;
  return tellsDecision ? byHash(id, holders) : null;
}

/** Rendezvous hashing: if a node leaves, only its own ids move. */
function byHash(id: string, holders: readonly Holder[]): string | null {
  let best: { node: string; weight: string } | null = null;
  for (const { node } of holders) {
    const weight = createHash('sha256')
      .update(JSON.stringify([node, id]))
      .digest('hex');
    if (best === null || weight > best.weight) best = { node, weight };
  }
  return best?.node ?? null;
}
