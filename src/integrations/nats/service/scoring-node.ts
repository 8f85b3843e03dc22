import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import { type Clock, systemClock } from '../../../host/clock.js';
import { containedLogger } from '../../../host/logging.js';
import { listenTo } from '../connection-events.js';
import { notPermitted, type PermissionRefusal } from '../not-permitted.js';
import { nodeSubject, subjectsOf } from '../subjects.js';
import { FrameError } from '../wire/frame-error.js';
import { layoutText } from '../wire/layout.js';
import type { Refusal, RefusalKind } from '../wire/refusal.js';
import { readRequestFrame } from '../wire/request-frame.js';
import { EndpointCounts } from './endpoint-counts.js';
import { flushWithin } from './flush-within.js';
import { FrameCall } from './frame-call.js';
import { isJson, scoreJson } from './json-message.js';
import { NodeAnswers } from './node-answers.js';
import { NodeLoad } from './node-load.js';
import { resultTooLarge } from './result-too-large.js';
import { LiveLayout, type ServedScorer } from './served-scorer.js';
import type { ResolvedServiceOptions } from './service-options.js';
import { answerDiscovery } from './services-api.js';

/** The most time for the last answers to reach the server, in ms. */
const flushMs = 1_000;

/** What a scoring service has done. */
export interface ScoringServiceStats {
  /** Messages that came. */
  messages: number;
  /** Requests in them that were given to the scorer. */
  requests: number;
  /** Requests that are in flight now. */
  inFlight: number;
  /** Messages that were refused as a whole, by reason. */
  refused: Record<RefusalKind, number>;
  isDraining: boolean;
}

/** One node of the scoring service. See `ScoringService`. */
export class ScoringNode {
  readonly id: string;
  readonly subject: string;
  readonly done: Promise<void>;
  readonly #scorer: ServedScorer;
  readonly #connection: NatsConnection;
  readonly #options: ResolvedServiceOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #answers: NodeAnswers;
  readonly #load: NodeLoad;
  readonly #layout: LiveLayout;
  readonly #group: Subscription;
  readonly #own: Subscription;
  readonly #discovery: Subscription[];
  readonly #unlisten: () => void;
  readonly #leave: () => Promise<void>;
  #notPermitted: PermissionRefusal | null = null;
  #isDraining = false;
  #draining: Promise<void> | null = null;
  #finishing: Promise<void> | null = null;
  #onDone: () => void = () => {};

  /** @param leave is called once at the end, before the service is done. */
  constructor(
    scorer: ServedScorer,
    connection: NatsConnection,
    options: ResolvedServiceOptions,
    leave: () => Promise<void>,
    clock: Clock = systemClock,
  ) {
    const { id, subject, group, name, version } = options;
    this.id = id;
    this.subject = subject;
    this.#scorer = scorer;
    this.#connection = connection;
    this.#leave = leave;
    this.#options = options;
    this.#clock = clock;
    this.#logger = containedLogger(options.logger, clock);
    this.#answers = new NodeAnswers(this.#logger);
    this.#load = new NodeLoad(clock, options.maxInFlight);
    this.#layout = new LiveLayout(scorer);
    this.done = new Promise((resolve) => {
      this.#onDone = resolve;
    });
    const own = nodeSubject(subject, id);
    const [scoreCounts, nodeCounts] = [new EndpointCounts(), new EndpointCounts()];
    this.#own = this.#listen(own, nodeCounts);
    this.#group = this.#listen(subjectsOf(subject).score, scoreCounts, group);
    const data = () => {
      const { inFlight, refused } = this.#load.counts;
      return { in_flight: inFlight, refused };
    };
    this.#discovery = answerDiscovery(
      connection,
      { name, id, version, description: 'Scores card transactions for fraud' },
      {
        metadata: () => ({ subject, node: own, layout: layoutText(this.#layout.current) }),
        endpoints: [
          { name: 'score', subject, queueGroup: group, stats: () => ({ ...scoreCounts.json, data: data() }) },
          { name: 'node', subject: own, queueGroup: '', stats: () => ({ ...nodeCounts.json, data: data() }) },
        ],
        started: new Date(clock.epochMs()).toISOString(),
      },
    );
    this.#unlisten = listenTo(connection, { closed: () => void this.#finish() });
  }

  /** A subscription without which the node gets no requests; null if all are permitted. Known once the server has answered. */
  get notPermitted(): PermissionRefusal | null {
    return this.#notPermitted;
  }

  stats(): ScoringServiceStats {
    return { ...this.#load.counts, isDraining: this.#isDraining };
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  stop(): Promise<void> {
    return this.#finish();
  }

  async #drain(): Promise<void> {
    if (this.#connection.isClosed()) return this.#finish();
    this.#isDraining = true;
    for (const subscription of this.#discovery) subscription.unsubscribe();
    // The group's last messages may be on their way. They are still answered.
    await this.#group.drain().catch(() => {});
    await this.#load.idle();
    await this.#own.drain().catch(() => {});
    return this.#finish();
  }

  #finish(): Promise<void> {
    this.#finishing ??= this.#end();
    return this.#finishing;
  }

  async #end(): Promise<void> {
    this.#isDraining = true;
    for (const subscription of [this.#group, this.#own, ...this.#discovery]) {
      if (!subscription.isClosed()) subscription.unsubscribe();
    }
    this.#unlisten();
    this.#layout.dispose();
    this.#load.giveUp();
    await this.#leave().catch(() => {});
    if (!this.#connection.isClosed()) await flushWithin(this.#connection, flushMs, this.#clock);
    this.#onDone();
  }

  #listen(subject: string, counts: EndpointCounts, queue?: string): Subscription {
    return this.#connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error !== null) {
          this.#notPermitted ??= notPermitted(error);
          this.#logger.error('A subscription of the scoring service failed', { reason: error.message });
          return;
        }
        this.#receive(message, counts, queue !== undefined);
      },
    });
  }

  #receive(message: Msg, counts: EndpointCounts, isOfGroup: boolean): void {
    this.#load.came();
    counts.begin();
    let refusal: Refusal | null;
    try {
      // What the group has sent before it knew of the draining is answered.
      const isLate = this.#isDraining && !isOfGroup;
      refusal = isLate ? { kind: 'draining', detail: 'the node is draining' } : this.#take(message, counts);
    } catch (error) {
      const detail = error instanceof FrameError ? error.message : 'the message cannot be read';
      refusal = { kind: 'malformed', detail };
    }
    if (refusal === null) return;
    this.#load.refuse(refusal.kind);
    counts.fail(refusal.kind);
    this.#answers.refuse(message, refusal);
  }

  /** @returns why the message is refused; null if it was taken in. @throws {FrameError} if it cannot be read. */
  #take(message: Msg, counts: EndpointCounts): Refusal | null {
    const maxBytes = this.#options.maxMessageBytes ?? Number.POSITIVE_INFINITY;
    const { length } = message.data;
    if (length > maxBytes) {
      return { kind: 'tooLarge', detail: `the message has ${length} bytes, expected at most ${maxBytes}` };
    }
    return isJson(message.data) ? this.#scoreJson(message, counts) : this.#scoreFrame(message, counts);
  }

  #scoreFrame(message: Msg, counts: EndpointCounts): Refusal | null {
    const { maxRows } = this.#options;
    const layout = this.#layout.current;
    const read = readRequestFrame(message.data, layout);
    if (read.isOtherLayout) return { kind: 'layout', detail: layoutText(layout) };
    const { rows } = read;
    if (rows.length > maxRows) {
      return { kind: 'tooLarge', detail: `the frame has ${rows.length} rows, expected at most ${maxRows}` };
    }
    if (!this.#load.hasRoomFor(rows.length)) return this.#busy();
    const startedAt = this.#load.begin(rows.length);
    const call = new FrameCall({
      clock: this.#clock,
      rows: rows.length,
      maxBytes: this.#maxBytes,
      send: (bytes) => this.#answers.answer(message, bytes),
      onDone: () => counts.end(this.#load.end(rows.length, startedAt)),
    });
    call.begin(this.#scorer, rows);
    return null;
  }

  #scoreJson(message: Msg, counts: EndpointCounts): Refusal | null {
    if (!this.#load.hasRoomFor(1)) return this.#busy();
    const startedAt = this.#load.begin(1);
    scoreJson(this.#scorer, message.data)
      .then((result) => {
        const bytes = Buffer.byteLength(result);
        if (bytes > this.#maxBytes) throw resultTooLarge(bytes, this.#maxBytes);
        this.#answers.answer(message, result);
      })
      .catch((error: unknown) => counts.fail(this.#answers.fail(message, error)))
      .then(() => counts.end(this.#load.end(1, startedAt)));
    return null;
  }

  /** Of a message. */
  get #maxBytes(): number {
    return this.#connection.info?.max_payload ?? 1_048_576;
  }

  #busy(): Refusal {
    const { inFlight } = this.#load.counts;
    return { kind: 'busy', detail: `${inFlight} requests are in flight, at most ${this.#options.maxInFlight}` };
  }
}
