import type { Settings } from '../settings.js';

/** A number that a measurement gives. */
export type Reading = 'perSecond' | 'p99Ms' | 'garbageBytes' | 'promotedShare' | 'busy' | 'failed';

export type Readings = Readonly<Partial<Record<Reading, number>>>;

/** A measurement, made in a process of its own. Plain JSON. */
export type Measurement =
  /** A build under as many requests as it can answer. */
  | { kind: 'saturated'; call: 'score' | 'scoreMany' | 'scoreColumns'; build: string }
  /** One bare runtime loop per worker: the limit of the machine. */
  | { kind: 'bareLoops' }
  /** A promise, a checked copy and a result per request: the limit of a host. */
  | { kind: 'bareHost' }
  /** A build at a given rate of Poisson arrivals. */
  | { kind: 'openLoop'; build: string; ratePerSecond: number; workers: number }
  /** The same arrivals, answered at once: the part of the load itself. */
  | { kind: 'floor'; ratePerSecond: number };

export interface MeasurementTask {
  measurement: Measurement;
  settings: Settings;
  /** The window that counts. Before it there is a warm-up of half its length. */
  windowMs: number;
}

/** @throws {RangeError} when the measurement does not give this number. */
export function read(readings: Readings, reading: Reading): number {
  const value = readings[reading];
  if (value !== undefined) return value;
  throw new RangeError(`readings: expected ${reading}, received ${Object.keys(readings).join(', ') || 'none'}`);
}
