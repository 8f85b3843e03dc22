import type { DashboardSnapshot } from '../../api/dashboard.js';
import { DashboardSource } from '../../dashboard/source.js';
import { FraudScorerError, InvalidOptionsError } from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import type { FleetWatch } from '../../integrations/nats/index.js';
import { type ConnectionFlags, connectNats } from '../nats/connection.js';
import { NoLivePageError, readSnapshot, type SnapshotSource } from './stream.js';

const periodMs = 1_000;

/** How a fleet is found. */
export interface FleetFlags extends Omit<ConnectionFlags, 'url'> {
  subject?: string;
}

export function isNatsAddress(address: string): boolean {
  return /^(nats|tls):\/\//i.test(address);
}

/** The snapshots of a fleet, made here from what its nodes answer. */
export function fleetSource(address: string, flags: FleetFlags): SnapshotSource {
  return {
    once: (signal) => withFleet(address, flags, signal, async (read) => read()),
    follow: (signal, onSnapshot) =>
      withFleet(
        address,
        flags,
        signal,
        (read, isOver) =>
          new Promise<void>((resolve) => {
            const timer = systemClock.every(periodMs, () => onSnapshot(read()));
            const end = (): void => {
              timer.clear();
              resolve();
            };
            signal.addEventListener('abort', end, { once: true });
            void isOver.then(end);
            onSnapshot(read());
          }),
      ),
  };
}

/** @param use gets what reads a snapshot, and a promise of the end of the connection. */
async function withFleet<T>(
  address: string,
  { subject, ...flags }: FleetFlags,
  signal: AbortSignal,
  use: (read: () => DashboardSnapshot, isOver: Promise<unknown>) => Promise<T>,
): Promise<T> {
  const { watchFleet } = await import('../../integrations/nats/index.js');
  const connection = await found(connectNats('fraud-scorer watch', { url: address, ...flags }));
  let fleet: FleetWatch | null = null;
  try {
    signal.throwIfAborted();
    fleet = await found(watchFleet(connection, subject === undefined ? {} : { subject }));
    if (fleet.latest.nodes.length === 0) {
      const refused = fleet.latest.refused > 0 ? ' in a form that this version reads' : '';
      throw new NoLivePageError(`no node of a fleet answers${refused}; is the subject right (--subject)?`);
    }
    const source = new DashboardSource(fleet, systemClock, null);
    const read = (): DashboardSnapshot => {
      // Texts of other machines must not reach the terminal as escape sequences.
      const snapshot = readSnapshot(JSON.stringify(source.read()));
      if (snapshot === null) throw new Error('the snapshot of the fleet cannot be read');
      return snapshot;
    };
    return await use(read, connection.closed());
  } finally {
    fleet?.close();
    await connection.close();
  }
}

async function found<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    // A wrong option stays wrong: there is nothing to wait for.
    if (error instanceof InvalidOptionsError) throw error;
    if (error instanceof FraudScorerError) throw new NoLivePageError(error.message);
    throw error;
  }
}
