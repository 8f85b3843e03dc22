import type { KV, KvEntry } from '@nats-io/kv';
import { isConflict } from './buckets.js';
import { emptyState, type FleetState, isEmpty } from './state/fleet-state.js';
import { encodeState, readState } from './state/read-state.js';

/** The desired state and its revision, for compare-and-set. */
export interface DesiredEntry {
  state: FleetState;
  /** 0 if there is no entry. */
  revision: number;
}

/** An entry that is not a state. */
export interface InvalidEntry {
  problem: string;
  revision: number;
}

export async function readDesired(kv: KV, key: string): Promise<DesiredEntry | InvalidEntry> {
  const entry = await kv.get(key);
  return entry === null ? { state: emptyState, revision: 0 } : entryOf(entry);
}

/** Reads an entry that a watch has told. */
export function entryOf({ revision, operation, value }: KvEntry): DesiredEntry | InvalidEntry {
  if (operation !== 'PUT') return { state: emptyState, revision };
  return { ...readState(value), revision };
}

/**
 * An entry, or why nodes do not follow it: it is not valid, or it is empty though the fleet had a state. Somebody has deleted it. Nodes could keep
 * their versions, but their canary would not be judged any more, and their thresholds would be gone.
 *
 * @param known the last state that was followed.
 */
export function followable(entry: DesiredEntry | InvalidEntry, known: FleetState): DesiredEntry | InvalidEntry {
  if ('problem' in entry || !isEmpty(entry.state) || isEmpty(known)) return entry;
  return { problem: 'expected a state, received none: it was deleted', revision: entry.revision };
}

/** @returns the new revision; null if somebody else has written meanwhile. @throws {InvalidOptionsError} if the state is not valid. */
export async function writeDesired(kv: KV, key: string, state: FleetState, revision: number): Promise<number | null> {
  const bytes = encodeState(state);
  try {
    return await kv.put(key, bytes, { previousSeq: revision });
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}
