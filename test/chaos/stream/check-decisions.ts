import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { FleetNode } from './fleet-node.js';
import { featureOf } from './send-transactions.js';

interface Decision {
  id: string;
  version: string;
  score: number;
  node: number;
  at: number;
}

/** What the streams held at the end. */
export interface DecisionCheck {
  decisions: number;
  byVersion: Record<string, number>;
  missing: number;
  twice: number;
  deadLetters: number;
  /** Decided by a version that was not live on that node then, or with a score that is not that version's. */
  wrongVersion: number;
  /** Time between the first and the last decision. */
  seconds: number;
}

/** A request that a version had taken is still answered by it when another has become primary. */
const handOverMs = 2_000;

/** Reads the whole stream of decisions. @param scales by version: it scores √(x / scale). */
export async function checkDecisions(
  connection: NatsConnection,
  count: number,
  nodes: readonly FleetNode[],
  scales: Readonly<Record<string, number>>,
): Promise<DecisionCheck> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info('DECISIONS');
  const seen = new Uint8Array(count);
  const check = { decisions: 0, byVersion: {} as Record<string, number>, deadLetters: 0, wrongVersion: 0 };
  const consumer = await jetstream(connection).consumers.get('DECISIONS');
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  let [first, last, read] = [Number.POSITIVE_INFINITY, 0, 0];
  for await (const message of await consumer.consume({ max_messages: 2_000 })) {
    read += 1;
    if (message.subject === 'dead') {
      check.deadLetters += 1;
    } else {
      const decision = message.json<Decision>();
      const index = Number(decision.id.slice(2));
      seen[index] = Math.min((seen[index] ?? 0) + 1, 255);
      check.decisions += 1;
      check.byVersion[decision.version] = (check.byVersion[decision.version] ?? 0) + 1;
      if (!isByLiveVersion(decision, index, nodeById.get(decision.node), scales)) check.wrongVersion += 1;
      first = Math.min(first, decision.at);
      last = Math.max(last, decision.at);
    }
    if (read === state.messages) break;
  }
  const missing = seen.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0);
  const twice = seen.reduce((sum, times) => sum + (times > 1 ? 1 : 0), 0);
  return { ...check, missing, twice, seconds: (last - first) / 1_000 };
}

function isByLiveVersion(
  { version, score, at }: Decision,
  index: number,
  node: FleetNode | undefined,
  scales: Readonly<Record<string, number>>,
): boolean {
  const scale = scales[version];
  if (scale === undefined || Math.abs(score - Math.sqrt(featureOf(index) / scale)) > 1e-5) return false;
  return (node?.live ?? []).some(
    (time) => time.version === version && time.from <= at && at <= time.until + handOverMs,
  );
}
