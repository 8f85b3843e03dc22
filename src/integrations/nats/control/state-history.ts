import type { KV } from '@nats-io/kv';
import { UnknownVersionError } from '../../../errors.js';
import { type DesiredEntry, entryOf, type InvalidEntry, readDesired } from './desired-entry.js';
import { type FleetRollout, isEmpty } from './state/fleet-state.js';

// What the bucket still knows of earlier states.

/** The newest state that is valid, and the revision of the newest entry. @throws {UnknownVersionError} if none is valid. */
export async function lastValidState(kv: KV, key: string): Promise<DesiredEntry> {
  const { revision } = await readDesired(kv, key);
  const found = await lastStateUntil(kv, key, revision);
  if (found === null) throw new UnknownVersionError('The bucket has no valid state of this fleet to return to');
  return { state: found.state, revision };
}

/** The newest state up to this revision that is valid and not empty, with its own revision; null if none is. */
export async function lastStateUntil(kv: KV, key: string, newest: number): Promise<DesiredEntry | null> {
  let found: DesiredEntry | null = null;
  for await (const entry of entriesUntil(kv, key, newest)) {
    if ('state' in entry && !isEmpty(entry.state)) found = entry;
  }
  return found;
}

/**
 * How a roll-out ended that was followed by another.
 *
 * @throws {UnknownVersionError} if so much was written since that it is not known any more.
 */
export async function endOfRollout(kv: KV, key: string, id: string, newest: DesiredEntry): Promise<FleetRollout> {
  for await (const entry of entriesUntil(kv, key, newest.revision)) {
    if ('state' in entry && entry.state.rollout?.id === id && entry.state.rollout.state !== 'loading')
      return entry.state.rollout;
  }
  const next = JSON.stringify(newest.state.rollout?.version ?? null);
  throw new UnknownVersionError(
    `The roll-out was followed by others, and the bucket's history does not say how it ended. The last one is that of version ${next}`,
  );
}

/** What the bucket has of this key, oldest first. The client's iterator may not end while others write, so this ends at a revision. */
async function* entriesUntil(kv: KV, key: string, newest: number): AsyncGenerator<DesiredEntry | InvalidEntry> {
  for await (const entry of await kv.history({ key })) {
    const read = entryOf(entry);
    if (read.revision <= newest) yield read;
    if (read.revision >= newest) return;
  }
}
