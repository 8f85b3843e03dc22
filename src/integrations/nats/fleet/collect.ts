import { decode } from '@msgpack/msgpack';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../../host/clock.js';
import { isString, shapeOf } from '../../../validation/shape.js';
import { isNodeId } from '../fields.js';
import { subjectsOf } from '../subjects.js';
import { askAll } from './ask-all.js';
import { parsed } from './label-messages.js';
import { type NodeSums, readNodeSums } from './node-sums.js';

/** The most nodes of a fleet that are added up. More answers than this are left out and counted as refused. */
const mostNodes = 10_000;

/** After this long without an answer, no more are awaited, unless a node is known that has not answered. */
const quietMs = 250;

/** What the nodes of a fleet have answered. */
export interface Collected {
  /** In the order of their ids. */
  readonly nodes: readonly NodeSums[];
  /** Ids of nodes that are known and have not answered, in order. */
  readonly missing: readonly string[];
  /** Ids that more than one node has, in order. Only the first answer of each is in `nodes`. */
  readonly sameId: readonly string[];
  /** Answers that could not be read. */
  readonly refused: number;
}

export interface CollectOptions {
  subject: string;
  waitMs: number;
  /** null if it is not known how many there are. */
  expectedNodes: number | null;
  /** Ids of nodes that have answered before. */
  known?: Iterable<string>;
  clock: Clock;
}

/** Asks all nodes of a fleet once. Nodes that nobody has heard of are found by the services of NATS (`$SRV.PING`). */
export async function collect(connection: NatsConnection, options: CollectOptions): Promise<Collected> {
  const { subject, waitMs, expectedNodes, clock } = options;
  const known = new Set(options.known);
  const nodes = new Map<string, NodeSums>();
  const sameId = new Set<string>();
  let refused = 0;
  let isPinged = false;
  const shared = { payload: '', waitMs, quietMs, clock };
  const pinging = askAll(connection, {
    ...shared,
    subject: '$SRV.PING',
    onReply: ({ data }) => {
      const id = serviceOf(data, subject);
      if (id !== null && known.size < mostNodes) known.add(id);
    },
    isOver: (isQuiet) => isQuiet || isComplete(),
  }).then(
    () => {
      isPinged = true;
    },
    // Not everybody may ask for services. Then only the answers tell who is there.
    () => {
      isPinged = true;
    },
  );
  const isComplete = (): boolean => expectedNodes !== null && nodes.size >= expectedNodes;
  await askAll(connection, {
    ...shared,
    subject: subjectsOf(subject).fleet,
    onReply: ({ data }) => {
      const node = nodeOf(data);
      if (node !== null && nodes.has(node.id)) sameId.add(node.id);
      else if (node === null || nodes.size >= mostNodes) refused += 1;
      else nodes.set(node.id, node);
    },
    isOver: (isQuiet) => {
      if (isComplete()) return true;
      const waitsForMore = expectedNodes !== null || !isPinged || [...known].some((id) => !nodes.has(id));
      return isQuiet && !waitsForMore;
    },
  });
  await pinging;
  return {
    nodes: [...nodes.values()].sort((one, other) => (one.id < other.id ? -1 : 1)),
    missing: [...known].filter((id) => !nodes.has(id)).sort(),
    sameId: [...sameId].sort(),
    refused,
  };
}

const isAnswer = shapeOf<{ id: string; reading: unknown }>({
  id: isNodeId as (value: unknown) => value is string,
  reading: (value): value is unknown => value !== undefined,
});

function nodeOf(data: Uint8Array): NodeSums | null {
  try {
    const answer: unknown = decode(data);
    return isAnswer(answer) ? readNodeSums(answer.id, answer.reading) : null;
  } catch {
    return null;
  }
}

const isService = shapeOf<{ id: string; metadata: { subject: string } }>({
  id: isNodeId as (value: unknown) => value is string,
  metadata: shapeOf<{ subject: string }>({ subject: isString }),
});

/** @returns the id of a scoring service of this subject; null if it is another service. */
function serviceOf(data: Uint8Array, subject: string): string | null {
  const ping = parsed(data);
  return isService(ping) && ping.metadata.subject === subject ? ping.id : null;
}
