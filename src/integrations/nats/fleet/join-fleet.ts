import { randomUUID } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { FraudScorerEvents } from '../../../api/events.js';
import type { HostLogger, Logger } from '../../../api/logger.js';
import type { Outcome } from '../../../api/outcome.js';
import type { DashboardScorer } from '../../../dashboard/source.js';
import { InvalidOptionsError } from '../../../errors.js';
import { type FleetHook, fleetHookOf } from '../../../fleet/fleet-hook.js';
import { systemClock } from '../../../host/clock.js';
import { isLogger, loggerExpected } from '../../../host/host-logger.js';
import { containedLogger } from '../../../host/logging.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { describeValue } from '../../../validation/issues.js';
import { idExpected, isNodeId, readSubject, requireConnection } from '../fields.js';
import { subjectsOf } from '../subjects.js';
import { LabelDesk } from './label-desk.js';

/** Options of `joinFleet`. */
export interface JoinFleetOptions {
  /** The service's subject. @default 'fraud.score' */
  subject?: string | undefined;
  /** The node's id, unique in the fleet: letters, digits, - and _, at most 64. @default a random one */
  id?: string | undefined;
  /** Where log lines go. Errors are logged at most once a second. @default none */
  logger?: HostLogger | undefined;
}

/** The part of a scorer that a member of a fleet needs. Only a `FraudScorer` has all of it: what it has counted is not in its public type. */
export interface FleetScorer extends Pick<DashboardScorer, 'on' | 'off'> {
  /** Records a label. @returns whether it could be matched with a decision. */
  recordOutcome(outcome: Outcome): boolean;
}

/** What a member of a fleet has done since it joined. */
export interface FleetMemberStats {
  /** Answered questions for the fleet's summary. */
  summaries: number;
  /** Labels that came to this node, also those that it handed on to another. */
  labels: number;
  /** Those of `labels` that could be matched with a decision. */
  matched: number;
  /** Labels that were not valid or could not be recorded. */
  refused: number;
}

/** A scorer that answers for its part of a fleet. */
export interface FleetMember {
  /** The node's id. */
  readonly id: string;
  /** What it has done since it joined. */
  stats(): FleetMemberStats;
  /** Leaves the fleet. Resolves when questions and labels that had come are answered. The connection stays open. */
  leave(): Promise<void>;
}

/** Events that are told to those who watch the fleet. */
const told = ['deployment', 'workerLost'] as const;

/**
 * Makes a scorer a member of a fleet: it answers questions for the fleet's summary, takes labels in, and tells of changes. `serveScoring`
 * does this by itself. Call it for a scorer that serves in another way, for example over HTTP or from a stream.
 *
 * @param connection the host's own connection. It stays open.
 * @throws {InvalidOptionsError} if an option is not valid, or the scorer is not a `FraudScorer` of this version.
 */
export function joinFleet(
  scorer: FleetScorer,
  connection: NatsConnection,
  options: JoinFleetOptions = {},
): FleetMember {
  const hook = requireHook(scorer);
  requireConnection(connection);
  const reader = new FieldReader(options);
  const subject = readSubject(reader);
  const id = reader.value('id', idExpected, isNodeId) ?? randomUUID().slice(0, 8);
  const logger = containedLogger(reader.value('logger', loggerExpected, isLogger), systemClock);
  reader.rejectUnknown().throwIfInvalid();
  return new Member(scorer, connection, { id, subject, logger, hook });
}

/** @throws {InvalidOptionsError} if it is not a scorer of this version. */
function requireHook(scorer: unknown): FleetHook {
  const hook = typeof scorer === 'object' && scorer !== null ? fleetHookOf(scorer) : null;
  if (hook !== null) return hook;
  const expected = 'a FraudScorer, of the same version of fraud-scorer';
  throw new InvalidOptionsError([{ path: 'scorer', expected, received: describeValue(scorer) }]);
}

interface MemberOptions {
  id: string;
  subject: string;
  logger: Logger;
  hook: FleetHook;
}

class Member implements FleetMember {
  readonly id: string;
  readonly #scorer: FleetScorer;
  readonly #connection: NatsConnection;
  readonly #options: MemberOptions;
  readonly #labels: LabelDesk;
  readonly #questions: Subscription;
  readonly #deployment = (event: FraudScorerEvents['deployment'][0]): void => this.#tell('deployment', event);
  readonly #workerLost = (event: FraudScorerEvents['workerLost'][0]): void => this.#tell('workerLost', event);
  #summaries = 0;
  #leaving: Promise<void> | null = null;

  constructor(scorer: FleetScorer, connection: NatsConnection, options: MemberOptions) {
    const { id, subject, hook, logger } = options;
    this.id = id;
    this.#scorer = scorer;
    this.#connection = connection;
    this.#options = options;
    const record = scorer.recordOutcome.bind(scorer);
    this.#labels = new LabelDesk(connection, { id, subject, hook, logger, clock: systemClock, record });
    this.#questions = connection.subscribe(subjectsOf(subject).fleet, {
      callback: (error, message) => this.#answer(error, message),
    });
    scorer.on(told[0], this.#deployment);
    scorer.on(told[1], this.#workerLost);
    this.#tell('joined', {});
  }

  stats(): FleetMemberStats {
    return { summaries: this.#summaries, ...this.#labels.counts };
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    this.#scorer.off(told[0], this.#deployment);
    this.#scorer.off(told[1], this.#workerLost);
    const questions = this.#questions.isClosed() ? undefined : this.#questions.drain();
    await Promise.all([questions, this.#labels.drain()]);
    if (!this.#connection.isClosed()) this.#tell('left', {});
  }

  #answer(error: Error | null, message: Msg): void {
    if (error !== null) return;
    const { id, hook, logger } = this.#options;
    try {
      message.respond(encode({ id, reading: hook.reading() }));
      this.#summaries += 1;
    } catch {
      // For example, it is larger than the server takes, or the connection is closed.
      logger.error('A question for the summary of the fleet could not be answered');
    }
  }

  #tell(name: (typeof told)[number] | 'joined' | 'left', event: object): void {
    const { id, subject, logger } = this.#options;
    try {
      this.#connection.publish(subjectsOf(subject).events, JSON.stringify({ node: id, name, event }));
    } catch {
      logger.error('An event could not be told to the fleet');
    }
  }
}
