import type { KV } from '@nats-io/kv';
import { UnknownVersionError } from '../../../errors.js';
import { type DesiredEntry, entryOf } from './desired-entry.js';
import { type FleetRollout, type FleetState, isEmpty } from './state/fleet-state.js';

// What the bucket still knows of earlier states.

/** The newest state that is valid, and the revision of the newest entry. @throws {UnknownVersionError} if none is valid. */
export async function lastValidState(kv: KV, key: string): Promise<DesiredEntry> {
  let revision = 0;
  let found: FleetState | null = null;
  for await (const entry of await kv.history({ key })) {
    const read = entryOf(entry);
    revision = read.revision;
    if ('state' in read && !isEmpty(read.state)) found = read.state;
  }
  if (found === null) throw new UnknownVersionError('The bucket has no valid state of this fleet to return to');
  return { state: found, revision };
}

/**
 * How a roll-out ended that was followed by another.
 *
 * @throws {UnknownVersionError} if so much was written since that it is not known any more.
 */
export async function endOfRollout(kv: KV, key: string, id: string, newest: DesiredEntry): Promise<FleetRollout> {
  for await (const entry of await kv.history({ key })) {
    const read = entryOf(entry);
    if ('state' in read && read.state.rollout?.id === id && read.state.rollout.state !== 'loading')
      return read.state.rollout;
    // The iterator may not end while others write.
    if (read.revision >= newest.revision) break;
  }
  const next = JSON.stringify(newest.state.rollout?.version ?? null);
  throw new UnknownVersionError(
    `The roll-out was followed by others, and the bucket's history does not say how it ended. The last one is that of version ${next}`,
  );
}
