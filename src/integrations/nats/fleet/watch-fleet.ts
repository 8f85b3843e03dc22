import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Alert, AlertRecord, AlertsSummary } from '../../../api/alerts.js';
import type { DashboardFleet } from '../../../api/dashboard.js';
import type { FraudScorerEvents } from '../../../api/events.js';
import type { Health } from '../../../api/health.js';
import type { Summary } from '../../../api/summary.js';
import type { DashboardEventName, DashboardScorer, EarlierSummary } from '../../../dashboard/source.js';
import { type Clock, systemClock, type Timer } from '../../../host/clock.js';
import { contained } from '../../../host/faults.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { readSubject, requireConnection } from '../fields.js';
import { subjectsOf } from '../subjects.js';
import { type Collected, collect } from './collect.js';
import { readFleetEvent } from './fleet-event.js';
import { fleetHealth } from './fleet-health.js';
import { type FleetSummary, healthOfNode, summaryOfFleet } from './fleet-summary.js';
import { earlierOf, nodesShown } from './nodes-shown.js';
import { summaryOfNodes } from './total.js';

/** Options of `watchFleet`. */
export interface WatchFleetOptions {
  /** The service's subject. @default 'fraud.score' */
  subject?: string | undefined;
  /** Milliseconds between two looks; 250 to 60,000. @default 1_000 */
  everyMs?: number | undefined;
}

/** A node that does not answer is listed for this long. */
const listedMs = 60_000;

/** The most alerts in the history of a fleet. */
const keptAlerts = 100;

interface Look extends Collected {
  at: number;
}

const noLook: Look = { nodes: [], missing: [], sameId: [], refused: 0, at: 0 };

type Listeners = { [E in DashboardEventName]: Set<(...args: FraudScorerEvents[E]) => unknown> };

/** A fleet that is looked at again and again. The live page and the command `watch` show it as they show one scorer. */
export interface FleetWatch extends DashboardScorer {
  /** The last look, with the summary of each node. It is computed when it is asked for. */
  readonly latest: FleetSummary;
  /** All nodes together, see `FleetSummary.total`. */
  summary(): Summary;
  /** Whether the fleet can answer. */
  health(): Health;
  /** The alerts of all nodes. Each message begins with the node's id. */
  alerts(): AlertsSummary;
  /** Every node, for the page's table. */
  fleet(): DashboardFleet;
  /** The look before the last one, without nodes that have come, gone or started again in between; null if there is none. */
  earlier(): EarlierSummary | null;
  /** Stops looking. The last look stays. The connection stays open. */
  close(): void;
}

class Looks implements FleetWatch {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #everyMs: number;
  readonly #clock: Clock;
  /** When each node answered last, on the monotonic clock. */
  readonly #heard = new Map<string, number>();
  /** Nodes that have left since the current look began. It may have asked them before. */
  readonly #left = new Set<string>();
  readonly #listeners: Listeners = { deployment: new Set(), workerLost: new Set() };
  readonly #events: Subscription;
  /** All nodes of the last look together. */
  #total: Summary;
  /** The nodes of the last look, and of the one before. Times are in milliseconds since the epoch. */
  #look: Look = noLook;
  #before: Look = noLook;
  #timer: Timer | null = null;
  #isClosed = false;

  constructor(connection: NatsConnection, options: { subject: string; everyMs: number; clock: Clock }) {
    const { subject, everyMs, clock } = options;
    this.#connection = connection;
    this.#subject = subject;
    this.#everyMs = everyMs;
    this.#clock = clock;
    this.#total = summaryOfNodes([], clock.epochMs());
    this.#events = connection.subscribe(subjectsOf(subject).events, {
      callback: (error, message) => this.#event(error, message),
    });
  }

  get latest(): FleetSummary {
    return summaryOfFleet(this.#look, this.#look.at);
  }

  summary(): Summary {
    return this.#total;
  }

  health(): Health {
    return fleetHealth(this.#look.nodes.map(healthOfNode), this.#look);
  }

  alerts(): AlertsSummary {
    const { nodes } = this.#look;
    const history = nodes.flatMap(({ id, reading }) => reading.alerts.history.map((alert) => named(alert, id)));
    const byTime = (one: AlertRecord, other: AlertRecord): number => other.since - one.since;
    return {
      active: nodes.flatMap(({ id, reading }) => reading.alerts.active.map((alert) => named(alert, id))),
      history: history.sort(byTime).slice(0, keptAlerts),
    };
  }

  fleet(): DashboardFleet {
    const { nodes, missing } = this.#look;
    return nodesShown(nodes, missing, this.#before.nodes);
  }

  earlier(): EarlierSummary | null {
    const before = new Map(this.#before.nodes.map((node) => [node.id, node]));
    if (before.size === 0) return null;
    const same = this.#look.nodes.map((node) => earlierOf(node, before.get(node.id)) ?? node);
    return { summary: summaryOfNodes(same, this.#before.at), elapsedMs: this.#look.at - this.#before.at };
  }

  on<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): this {
    this.#listeners[event].add(listener);
    return this;
  }

  off<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): this {
    this.#listeners[event].delete(listener);
    return this;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.clear();
    if (!this.#events.isClosed()) this.#events.unsubscribe();
  }

  /** Looks once, and then again and again until it is closed. */
  async look(): Promise<void> {
    const startedAt = this.#clock.now();
    try {
      await this.#lookOnce();
    } catch {
      // For example, the connection is lost. It comes back by itself; until then no node answers.
      this.#take({ nodes: [], missing: [...this.#heard.keys()].sort(), sameId: [], refused: 0 });
    }
    if (this.#isClosed) return;
    const restMs = Math.max(this.#everyMs - (this.#clock.now() - startedAt), 0);
    this.#timer = this.#clock.background(restMs, () => void this.look());
  }

  async #lookOnce(): Promise<void> {
    this.#left.clear();
    const now = this.#clock.now();
    for (const [id, heardAt] of this.#heard) if (now - heardAt > listedMs) this.#heard.delete(id);
    const collected = await collect(this.#connection, {
      subject: this.#subject,
      waitMs: 1_000,
      expectedNodes: null,
      known: this.#heard.keys(),
      clock: this.#clock,
    });
    for (const { id } of collected.nodes) if (!this.#left.has(id)) this.#heard.set(id, this.#clock.now());
    this.#take({ ...collected, missing: collected.missing.filter((id) => !this.#left.has(id)) });
  }

  #take(collected: Collected): void {
    if (this.#isClosed) return;
    const at = this.#clock.epochMs();
    this.#before = this.#look;
    this.#look = { ...collected, at };
    this.#total = summaryOfNodes(collected.nodes, at);
  }

  #event(error: Error | null, { data }: Msg): void {
    const told = error === null ? readFleetEvent(data) : null;
    if (told === null) return;
    if ('node' in told) {
      // The next look finds one that has come.
      if (told.name === 'joined') return;
      this.#heard.delete(told.node);
      this.#left.add(told.node);
      return;
    }
    const call = <T>(listeners: ReadonlySet<(event: T) => unknown>, event: T): void => {
      // A listener that throws must not end the subscription.
      for (const listener of listeners)
        contained(
          () => void listener(event),
          () => {},
        );
    };
    if (told.name === 'deployment') call(this.#listeners.deployment, told.event);
    else call(this.#listeners.workerLost, told.event);
  }
}

/**
 * Looks at a fleet once a second. Give the result to `dashboardHandler` for a live page of the fleet.
 *
 * @param connection the host's own connection. It stays open.
 * @returns when the first look is done.
 * @throws {InvalidOptionsError} if an option is not valid.
 */
export async function watchFleet(connection: NatsConnection, options: WatchFleetOptions = {}): Promise<FleetWatch> {
  requireConnection(connection);
  const reader = new FieldReader(options);
  const subject = readSubject(reader);
  const everyMs = reader.number('everyMs', 1_000, { min: 250, max: 60_000, unit: 'milliseconds' });
  reader.rejectUnknown().throwIfInvalid();
  const watch = new Looks(connection, { subject, everyMs, clock: systemClock });
  await watch.look();
  return watch;
}

function named<T extends Alert>(alert: T, id: string): T {
  return { ...alert, message: `${id}: ${alert.message}` };
}
