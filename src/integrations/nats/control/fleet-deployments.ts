import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { parsePolicyPatch } from '../../../answering/policy.js';
import type { Patch } from '../../../api/patch.js';
import type { DecisionPolicy } from '../../../api/policy.js';
import { readShares } from '../../../deployments/deploy-options.js';
import { InvalidOptionsError, UnavailableError } from '../../../errors.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { answered } from './answered.js';
import { type Buckets, type FleetPlaceOptions, keysOf, openBuckets, readPlace } from './buckets.js';
import { readDesired, writeDesired } from './desired-entry.js';
import type { NodeReport } from './node-report.js';
import { readReports } from './read-reports.js';
import * as commands from './state/commands.js';
import { type FleetDeployOptions, readFleetDeployOptions } from './state/deploy-order.js';
import type { FleetCanary, FleetRollout, FleetState } from './state/fleet-state.js';
import { endOfRollout, lastValidState } from './state-history.js';
import {
  type CanaryEndedOptions,
  type Look,
  readTimeout,
  type SettledOptions,
  unseen,
  waitFor,
  whereIs,
} from './waiting.js';

/** If so many others are faster in a row, something writes without end. */
const mostTries = 20;

const reading = "The fleet's state cannot be read";
const readingNodes = 'The reports of the nodes cannot be read';
const writing = "The fleet's state cannot be written";

/** The desired state of a fleet with its revision. */
export interface FleetEntry {
  /** What all nodes should serve. */
  state: FleetState;
  /** The revision of the entry in the bucket; 0 if there is none. */
  revision: number;
}

/**
 * Says what the nodes of a fleet should serve. Each call reads the desired state, changes it, and writes it by compare-and-set, so that calls of
 * several processes do not overwrite each other. Nodes follow within a moment; `settled` waits for them.
 *
 * @example
 * const fleet = await FleetDeployments.connect(connection, { name: 'cards' });
 * await fleet.deploy({ version: '2', canary: { steps: [0.05, 0.25, 1], stepMs: 600_000 } });
 * const rollout = await fleet.settled();
 * const canary = await fleet.canaryEnded({ timeoutMs: 2 * 3_600_000 });
 */
export class FleetDeployments {
  readonly #buckets: Buckets;
  readonly #keys: ReturnType<typeof keysOf>;
  /** The roll-out that the last change of this object began and left; null if it left none. */
  #rollout: string | null = null;

  private constructor(buckets: Buckets, name: string) {
    this.#buckets = buckets;
    this.#keys = keysOf(name);
  }

  /**
   * @param connection the host's own. It is not closed.
   * @throws {InvalidOptionsError} if an option is unknown or out of range, or `@nats-io/kv` is not installed.
   * @throws {UnavailableError} if NATS does not answer, or the user has no permission, also to create the buckets where they are missing. All other
   * methods throw it in such cases too.
   */
  static async connect(connection: NatsConnection, options: FleetPlaceOptions = {}): Promise<FleetDeployments> {
    const reader = new FieldReader(options);
    const place = readPlace(reader);
    reader.rejectUnknown().throwIfInvalid();
    return new FleetDeployments(await openBuckets(connection, place), place.name);
  }

  /** The desired state. @throws {InvalidOptionsError} if the entry is not valid. `restore` writes the last valid one again. */
  async state(): Promise<FleetEntry> {
    const entry = await answered(reading, readDesired(this.#buckets.desired, this.#keys.desired));
    if (!('problem' in entry)) return entry;
    const received = `revision ${entry.revision}: ${entry.problem} (restore() writes the last valid revision again)`;
    throw new InvalidOptionsError([{ path: 'state', expected: 'a valid state of the fleet', received }]);
  }

  /** The names of the fleets in this bucket: those that have a desired state, or nodes. */
  async fleets(): Promise<readonly string[]> {
    const { desiredKeys, nodeKeys } = this.#buckets;
    const keys = await answered(readingNodes, Promise.all([desiredKeys('desired.*'), nodeKeys('node.*.*')]));
    return [...new Set(keys.flat().flatMap((key) => key.split('.')[1] ?? []))].sort();
  }

  /** What each node that is there has reported, by id. A node that is gone drops out after 5 s. */
  async nodes(): Promise<readonly NodeReport[]> {
    const reports = await answered(readingNodes, readReports(this.#buckets, this.#keys.nodes));
    return reports.map(({ incarnation: _incarnation, readings: _readings, ...report }) => report);
  }

  /**
   * Has all nodes load a version. The first call must name the model and replace the primary: nodes that serve it already have nothing to do.
   * If a node cannot load the version, the roll-out ends as `failed`, and all nodes return to what they had.
   *
   * @throws {InvalidOptionsError} if an option is not valid, there is no place for the version, or another roll-out has not ended.
   */
  deploy(options: FleetDeployOptions): Promise<FleetEntry> {
    const id = randomUUID();
    return this.#change(() => {
      const order = readFleetDeployOptions(options);
      return (state) => commands.deployed(state, order, id);
    });
  }

  /** Sets the shares of challengers on all nodes. @throws what `FraudScorer.setTraffic` throws. */
  setTraffic(shares: Readonly<Record<string, number>>): Promise<FleetEntry> {
    return this.#change(() => {
      const read = readShares(shares);
      return (state) => commands.trafficSet(state, read);
    });
  }

  /**
   * Gives a version the primary's role on all nodes.
   *
   * @throws {UnknownVersionError} if the fleet does not have it.
   * @throws {InvalidOptionsError} during a roll-out. `rollback` takes that one back.
   */
  promote(version: string): Promise<FleetEntry> {
    const id = randomUUID();
    return this.#change(() => (state) => commands.promoted(state, version, id));
  }

  /**
   * Takes back a roll-out that has not ended. If there is none, withdraws a canary that has not ended, as `retire` does, and leaves the primary as
   * it is. If there is none either, the version before is the primary again. Nodes have kept it ready for `keepPreviousMs`, so they switch at
   * once; later they load it first.
   *
   * @throws {UnknownVersionError} if there is nothing to go back to.
   */
  rollback(): Promise<FleetEntry> {
    return this.#change(() => commands.rolledBack);
  }

  /** Ends a challenger, shadow or canary on all nodes. @throws {UnknownVersionError} if the fleet does not have it. */
  retire(version: string): Promise<FleetEntry> {
    return this.#change(() => (state) => commands.retired(state, version));
  }

  /**
   * Changes thresholds of all versions on all nodes, also where a version was deployed with its own.
   *
   * @throws {InvalidOptionsError} if a threshold is unknown or outside [0, 1].
   */
  setPolicy(patch: Patch<DecisionPolicy>): Promise<FleetEntry> {
    return this.#change(() => {
      const read = parsePolicyPatch(patch);
      return (state) => commands.policySet(state, read);
    });
  }

  /** Writes the newest valid state from the bucket's history again. @throws {UnknownVersionError} if there is none. */
  async restore(): Promise<FleetEntry> {
    const { desired } = this.#buckets;
    const key = this.#keys.desired;
    const last = await answered(reading, lastValidState(desired, key));
    const revision = await answered(writing, writeDesired(desired, key, last.state, last.revision));
    if (revision === null) throw busy();
    return this.#written({ state: last.state, revision });
  }

  /**
   * Waits until the last roll-out is done or has failed, and all nodes that are there serve the desired state. If this object began a roll-out, and
   * others have begun the next one since, it does not wait for that one. The roll-out of a canary is done when its first step begins:
   * `canaryEnded` waits for the rest.
   *
   * @returns the roll-out, which is that of this object if it began one; null if there was none.
   * @throws {InvalidOptionsError} if `timeoutMs` is out of range, or the entry is not valid.
   * @throws {UnavailableError} if that takes longer than `timeoutMs`. The message names the nodes that it waits for, and
   * their errors. A server that does not answer for a while is asked again.
   * @throws {UnknownVersionError} if so much was written since that it is not known any more how the roll-out of this object ended.
   */
  async settled(options: SettledOptions = {}): Promise<FleetRollout | null> {
    return waitFor('The fleet has not settled', readTimeout(options, 60_000), () => this.#look());
  }

  /** @returns the roll-out if the fleet has settled, or what it waits for. */
  async #look(): Promise<Look<FleetRollout | null>> {
    const { state, revision } = await this.state();
    const own = this.#rollout;
    if (own !== null && state.rollout?.id !== own) {
      const ended = endOfRollout(this.#buckets.desired, this.#keys.desired, own, { state, revision });
      return { found: await answered(reading, ended) };
    }
    const nodes = await this.nodes();
    const late = nodes
      .filter((node) => node.reached !== revision)
      .map(({ id, error }) => (error === null ? id : `${id} (${error.code})`));
    if (state.rollout?.state !== 'loading' && late.length === 0 && nodes.length > 0) return { found: state.rollout };
    return { waitsFor: nodes.length === 0 ? 'there is no node' : `it waits for ${late.slice(0, 10).join(', ')}` };
  }

  #written(entry: FleetEntry): FleetEntry {
    const { rollout } = entry.state;
    this.#rollout = rollout?.state === 'loading' ? rollout.id : null;
    return entry;
  }

  /**
   * Waits until the fleet's canary has ended: it was promoted, or aborted by the leader or by somebody (`retire`, `rollback`).
   *
   * @returns the canary that has ended, with its reason; also one that had ended before the call. null if the fleet has had none.
   * @throws {InvalidOptionsError} if `timeoutMs` is out of range, or the entry is not valid.
   * @throws {UnavailableError} if that takes longer than `timeoutMs`. A server that does not answer for a while is asked again.
   * @throws {UnknownVersionError} if another canary has taken its place before its end was seen.
   */
  async canaryEnded(options: CanaryEndedOptions = {}): Promise<FleetCanary | null> {
    const timeoutMs = readTimeout(options, 3_600_000);
    let first: FleetCanary | null | undefined;
    return waitFor('The canary has not ended', timeoutMs, async () => {
      const { canary } = (await this.state()).state;
      if (first === undefined) first = canary;
      if (canary?.version !== first?.version || canary?.rollout !== first?.rollout) throw unseen(first);
      const hasEnded = canary === null || canary.state === 'promoted' || canary.state === 'aborted';
      return hasEnded ? { found: canary } : { waitsFor: whereIs(canary) };
    });
  }

  /** @param prepare reads the options. What it throws rejects the call before anything is read. */
  async #change(prepare: () => (state: FleetState) => FleetState): Promise<FleetEntry> {
    const change = prepare();
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { state, revision } = await this.state();
      const next = change(state);
      if (next === state) return { state, revision };
      const written = await answered(writing, writeDesired(this.#buckets.desired, this.#keys.desired, next, revision));
      if (written !== null) return this.#written({ state: next, revision: written });
    }
    throw busy();
  }
}

function busy(): UnavailableError {
  return new UnavailableError('The state of the fleet was written by others all the time: try again');
}
