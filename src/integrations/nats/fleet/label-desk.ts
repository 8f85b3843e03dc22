import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import type { Outcome } from '../../../api/outcome.js';
import { UnavailableError } from '../../../errors.js';
import type { FleetHook } from '../../../fleet/fleet-hook.js';
import type { Clock } from '../../../host/clock.js';
import { isText } from '../../../validation/text.js';
import { defaultGroup, nodeLabelSubject, subjectsOf } from '../subjects.js';
import { askAll } from './ask-all.js';
import { chooseHolder } from './choose-holder.js';
import { readFleetEvent } from './fleet-event.js';
import { type Holder, largestLabel, parsed, readAnswer, readHolder, readLabel, refusalOf } from './label-messages.js';

/** What is known of the other nodes holds for this long: a node that was silent for longer may have left, and others may have come. */
const memberMs = 30_000;
/** No node's answer is awaited for longer. */
const findMs = 1_000;
/** All nodes that are near answer within a few milliseconds. */
const quietMs = 50;
/** Labels that one node handles at the same time. More are refused, and their senders try again. */
const mostOpen = 1_000;

export interface LabelDeskOptions {
  id: string;
  subject: string;
  clock: Clock;
  logger: Logger;
  hook: Pick<FleetHook, 'remembered'>;
  /** Records a label on this node. @returns whether it could be matched. @throws if it is not valid. */
  record: (outcome: Outcome) => boolean;
}

/** Takes labels in for a node: finds out which node of the fleet they count on, and has that node record them. */
export class LabelDesk {
  readonly counts = { labels: 0, matched: 0, refused: 0 };
  readonly #connection: NatsConnection;
  readonly #options: LabelDeskOptions;
  readonly #fromAnyone: Subscription;
  readonly #fromNodes: readonly Subscription[];
  /** When each node answered last, on the monotonic clock. */
  readonly #members = new Map<string, number>();
  /** When the nodes were asked last. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #open = 0;
  #onIdle: () => void = () => {};

  constructor(connection: NatsConnection, options: LabelDeskOptions) {
    const { id, subject } = options;
    const { labels, findLabel, events } = subjectsOf(subject);
    this.#connection = connection;
    this.#options = options;
    this.#fromNodes = [
      connection.subscribe(events, { callback: (error, message) => this.#hear(error, message) }),
      connection.subscribe(findLabel, { callback: (error, message) => this.#find(error, message) }),
      connection.subscribe(nodeLabelSubject(subject, id), {
        callback: (error, message) => void this.#answer(error, message, (outcome) => this.#recordHere(outcome)),
      }),
    ];
    this.#fromAnyone = connection.subscribe(labels, {
      queue: defaultGroup,
      callback: (error, message) => void this.#answer(error, message, (outcome) => this.#recordInFleet(outcome)),
    });
  }

  /** Takes no more labels in. Those that are there are answered: for them, this node may have to record some itself. */
  async drain(): Promise<void> {
    await this.#drain([this.#fromAnyone]);
    await this.#drain(this.#fromNodes);
  }

  async #drain(subscriptions: readonly Subscription[]): Promise<void> {
    await Promise.all(subscriptions.map((one) => (one.isClosed() ? undefined : one.drain())));
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Nodes that come are waited for, and those that have left are not. */
  #hear(error: Error | null, { data }: Msg): void {
    const told = error === null ? readFleetEvent(data) : null;
    if (told === null || !('node' in told)) return;
    if (told.name === 'left') this.#members.delete(told.node);
    else this.#members.set(told.node, this.#options.clock.now());
  }

  #find(error: Error | null, message: Msg): void {
    if (error !== null || message.data.length > largestLabel) return;
    const question = parsed(message.data);
    const id: unknown = typeof question === 'object' && question !== null ? Reflect.get(question, 'id') : undefined;
    if (!isText(id)) return;
    const { id: node, hook, logger } = this.#options;
    try {
      message.respond(JSON.stringify({ node, known: hook.remembered(id) } satisfies Holder));
    } catch {
      // For example, a file of decision records cannot be read, or the connection is closed. The others answer.
      logger.error('A question about a decision could not be answered');
    }
  }

  async #answer(
    error: Error | null,
    message: Msg,
    record: (outcome: Outcome) => Promise<{ matched: boolean; node: string }>,
  ) {
    if (error !== null) return;
    this.counts.labels += 1;
    this.#open += 1;
    try {
      const answer = await record(readLabel(message.data));
      if (answer.matched) this.counts.matched += 1;
      message.respond(JSON.stringify(answer));
    } catch (refused) {
      this.counts.refused += 1;
      this.#options.logger.error('A label was refused', { code: refusedCode(refused) });
      this.#respond(message, refusalOf(refused));
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#onIdle();
    }
  }

  #respond(message: Msg, answer: object): void {
    try {
      message.respond(JSON.stringify(answer));
    } catch {
      // The connection is closed: nobody waits any more.
    }
  }

  async #recordHere(outcome: Outcome): Promise<{ matched: boolean; node: string }> {
    return { matched: this.#options.record(outcome), node: this.#options.id };
  }

  async #recordInFleet(outcome: Outcome): Promise<{ matched: boolean; node: string }> {
    if (this.#open > mostOpen) throw new UnavailableError(`This node handles ${mostOpen} labels: send it again later`);
    const { id, subject } = this.#options;
    const tellsDecision = outcome.decision !== undefined && outcome.version !== undefined;
    const chosen = chooseHolder(outcome.id, tellsDecision, await this.#holdersOf(outcome.id)) ?? id;
    if (chosen === id) return this.#recordHere(outcome);
    const reply = await this.#connection.request(nodeLabelSubject(subject, chosen), JSON.stringify(outcome), {
      timeout: 2 * findMs,
    });
    const answer = readAnswer(reply.data);
    if (answer === null || 'error' in answer) throw new UnavailableError('The node that decided refused the label');
    return answer;
  }

  /** Asks all nodes, this one included. */
  async #holdersOf(id: string): Promise<Holder[]> {
    const { subject, clock, hook, id: own } = this.#options;
    const holders = new Map<string, Holder>([[own, { node: own, known: hook.remembered(id) }]]);
    await askAll(this.#connection, {
      subject: subjectsOf(subject).findLabel,
      payload: JSON.stringify({ id }),
      waitMs: findMs,
      quietMs,
      clock,
      onReply: ({ data }) => {
        const holder = readHolder(data);
        if (holder === null) return;
        holders.set(holder.node, holder);
        this.#members.set(holder.node, clock.now());
      },
      isOver: (isQuiet) => isQuiet && this.#haveAllAnswered(holders),
    });
    this.#askedAt = clock.now();
    return [...holders.values()];
  }

  #haveAllAnswered(holders: ReadonlyMap<string, Holder>): boolean {
    const oldest = this.#options.clock.now() - memberMs;
    for (const [node, seenAt] of this.#members) {
      if (seenAt < oldest) this.#members.delete(node);
      else if (!holders.has(node)) return false;
    }
    // The others are not known before a question has had all of its time.
    return this.#askedAt >= oldest;
  }
}

function refusedCode(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
