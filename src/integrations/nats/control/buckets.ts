import type { StreamAPI } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { InvalidOptionsError, type Issue } from '../../../errors.js';
import type { FieldReader } from '../../../validation/field-reader.js';
import { requireConnection } from '../fields.js';
import { loadPeer } from '../optional-peer.js';
import { answered } from './answered.js';
import { expectedToken, isToken } from './state/names.js';

/** The bucket of desired states, if nothing else is given. */
export const defaultBucket = 'fraud-scorer';

/** How long the report of a node, and the lead of a canary, outlive the node. The server counts it, so no clocks need to agree. */
export const nodeTtlMs = 5_000;

/**
 * That time in a bucket which somebody else has made: nodes report at least every 2 s, and a dead one stops roll-outs as long as its report
 * is there.
 */
const leastTtlMs = 5_000;
const mostTtlMs = 60_000;

/** So many earlier desired states are kept. */
const history = 32;

/** Names of a fleet in its buckets. */
export interface FleetPlace {
  bucket: string;
  name: string;
}

/** The options that say where a fleet's state is. */
export interface FleetPlaceOptions {
  /**
   * The KV bucket. A second one, `<bucket>-nodes`, has what nodes report; its entries end 5 s after a node has gone. Both are created if they
   * are missing. @default 'fraud-scorer'
   */
  bucket?: string | undefined;
  /** The name of the fleet: the nodes that follow one desired state. 1 to 64 letters, digits, `-` and `_`. @default 'default' */
  name?: string | undefined;
  /** Replicas of buckets that are created: 1, 3 or 5. @default 1 */
  replicas?: number | undefined;
}

/** @param reader collects the issues. */
export function readPlace(reader: FieldReader): FleetPlace & { replicas: number } {
  return {
    bucket: reader.value('bucket', expectedToken, isToken) ?? defaultBucket,
    name: reader.value('name', expectedToken, isToken) ?? 'default',
    replicas: reader.number('replicas', 1, { min: 1, max: 5, integer: true }),
  };
}

/** The two buckets of a fleet. */
export interface Buckets {
  /** Desired states: kept on disk, with their history. */
  desired: KV;
  /** Reports of nodes, and the lead: each ends by itself. */
  nodes: KV;
  /** The keys in `nodes` that match. A KV iterator may never end where values are written meanwhile, and gives some twice. */
  nodeKeys: (filter: string) => Promise<readonly string[]>;
  /** The keys in `desired` that match. */
  desiredKeys: (filter: string) => Promise<readonly string[]>;
}

/** Keys of a fleet. */
export function keysOf(name: string): { desired: string; lead: string; nodes: string; node: (id: string) => string } {
  return {
    desired: `desired.${name}`,
    lead: `lead.${name}`,
    nodes: `node.${name}.*`,
    node: (id) => `node.${name}.${id}`,
  };
}

/**
 * @throws {InvalidOptionsError} if it is not a connection, `@nats-io/kv` is not installed, or a bucket has other settings.
 * @throws {UnavailableError} if NATS does not answer, or the user has no permission.
 */
export async function openBuckets(
  connection: NatsConnection,
  place: Pick<FleetPlace, 'bucket'> & { replicas: number },
): Promise<Buckets> {
  requireConnection(connection);
  const { bucket } = place;
  const names = `the buckets ${bucket} and ${bucket}-nodes`;
  const first =
    'buckets that are missing are created by the first who connects with the permission $JS.API.STREAM.CREATE.*';
  const cure = ` (${first}, for example your release job or fraud-scorer fleet status)`;
  return answered(`The fleet cannot open ${names}`, openOrCreate(connection, place), cure);
}

async function openOrCreate(
  connection: NatsConnection,
  { bucket, replicas }: Pick<FleetPlace, 'bucket'> & { replicas: number },
): Promise<Buckets> {
  const { Kvm } = await loadPeer('@nats-io/kv', () => import('@nats-io/kv'));
  const { jetstreamManager } = await loadPeer('@nats-io/jetstream', () => import('@nats-io/jetstream'));
  const streams = (await jetstreamManager(connection)).streams;
  const kvm = new Kvm(connection);
  const desired = await kvm.create(bucket, { history, replicas });
  const nodes = await kvm.create(`${bucket}-nodes`, { history: 1, ttl: nodeTtlMs, replicas });
  await requireSettings(streams, bucket);
  const keysIn = async (name: string, filter: string): Promise<readonly string[]> => {
    const prefix = `$KV.${name}.`;
    const { state } = await streams.info(`KV_${name}`, { subjects_filter: prefix + filter });
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  };
  return {
    desired,
    nodes,
    nodeKeys: (filter) => keysIn(`${bucket}-nodes`, filter),
    desiredKeys: (filter) => keysIn(bucket, filter),
  };
}

/** Buckets that are there keep their settings. @throws {InvalidOptionsError} if a fleet cannot work with them. */
async function requireSettings(streams: StreamAPI, bucket: string): Promise<void> {
  const issues: Issue[] = [];
  const expect = (isSo: boolean, name: string, expected: string, received: string): void => {
    if (!isSo) issues.push({ path: name, expected, received: `${received} (nats stream edit KV_${name} changes it)` });
  };
  const { config: desired } = await streams.info(`KV_${bucket}`);
  const desiredTtlMs = desired.max_age / 1e6;
  expect(desiredTtlMs === 0, bucket, 'a bucket whose entries stay: no ttl', `a ttl of ${desiredTtlMs} ms`);
  expect(desired.max_msgs_per_subject !== 1, bucket, 'a history of at least 2, for restore()', 'a history of 1');
  expect(desired.storage === 'file', bucket, 'storage in files, so that the state survives a restart', desired.storage);
  const { config: nodes } = await streams.info(`KV_${bucket}-nodes`);
  const ttlMs = nodes.max_age / 1e6;
  const isTtl = ttlMs >= leastTtlMs && ttlMs <= mostTtlMs;
  const expected = `a ttl of ${leastTtlMs} to ${mostTtlMs} ms, after which the report of a dead node is gone`;
  expect(isTtl, `${bucket}-nodes`, expected, ttlMs === 0 ? 'no ttl' : `a ttl of ${ttlMs} ms`);
  if (issues.length > 0) throw new InvalidOptionsError(issues);
}

/** Whether a write was refused because somebody else has written meanwhile. */
export function isConflict(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code: unknown = Reflect.get(error, 'code');
  return code === 10071 || code === 10164;
}
