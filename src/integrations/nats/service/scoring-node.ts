import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import { type Clock, systemClock } from '../../../host/clock.js';
import { containedLogger } from '../../../host/logging.js';
import { nodeSubject, subjectsOf } from '../subjects.js';
import { FrameError } from '../wire/frame-error.js';
import { layoutText } from '../wire/layout.js';
import { type Refusal, type RefusalKind, refusalFrame } from '../wire/refusal.js';
import { readRequestFrame } from '../wire/request-frame.js';
import { receivedError, sentError } from '../wire/sent-error.js';
import { EndpointCounts } from './endpoint-counts.js';
import { FrameCall } from './frame-call.js';
import { isJson, scoreJson } from './json-message.js';
import { LiveLayout, type ServedScorer } from './served-scorer.js';
import type { ResolvedServiceOptions } from './service-options.js';
import { answerDiscovery } from './services-api.js';

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
  readonly #layout: LiveLayout;
  readonly #group: Subscription;
  readonly #own: Subscription;
  readonly #discovery: Subscription[];
  readonly #refused: ScoringServiceStats['refused'] = { busy: 0, draining: 0, layout: 0, tooLarge: 0, malformed: 0 };
  #messages = 0;
  #requests = 0;
  #inFlight = 0;
  #isDraining = false;
  #draining: Promise<void> | null = null;
  #onIdle: () => void = () => {};
  #end: () => void = () => {};

  constructor(
    scorer: ServedScorer,
    connection: NatsConnection,
    options: ResolvedServiceOptions,
    clock: Clock = systemClock,
  ) {
    const { id, subject, group, name, version } = options;
    this.id = id;
    this.subject = subject;
    this.#scorer = scorer;
    this.#connection = connection;
    this.#options = options;
    this.#clock = clock;
    this.#logger = containedLogger(options.logger, clock);
    this.#layout = new LiveLayout(scorer);
    this.done = new Promise((resolve) => {
      this.#end = resolve;
    });
    const own = nodeSubject(subject, id);
    const [scoreCounts, nodeCounts] = [new EndpointCounts(), new EndpointCounts()];
    this.#own = this.#listen(own, nodeCounts);
    this.#group = this.#listen(subjectsOf(subject).score, scoreCounts, group);
    const data = () => ({ in_flight: this.#inFlight, refused: { ...this.#refused } });
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
    connection.closed().then(() => this.#finish());
  }

  stats(): ScoringServiceStats {
    return {
      messages: this.#messages,
      requests: this.#requests,
      inFlight: this.#inFlight,
      refused: { ...this.#refused },
      isDraining: this.#isDraining,
    };
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async stop(): Promise<void> {
    this.#finish();
    await this.#flush();
  }

  async #drain(): Promise<void> {
    if (this.#connection.isClosed()) return this.#finish();
    this.#isDraining = true;
    for (const subscription of this.#discovery) subscription.unsubscribe();
    // The group's last messages may be on their way. They are still answered.
    await this.#group.drain().catch(() => {});
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#own.drain().catch(() => {});
    await this.#flush();
    this.#finish();
  }

  async #flush(): Promise<void> {
    if (!this.#connection.isClosed()) await this.#connection.flush().catch(() => {});
  }

  #finish(): void {
    this.#isDraining = true;
    for (const subscription of [this.#group, this.#own, ...this.#discovery]) {
      if (!subscription.isClosed()) subscription.unsubscribe();
    }
    this.#layout.dispose();
    this.#onIdle();
    this.#end();
  }

  #listen(subject: string, counts: EndpointCounts, queue?: string): Subscription {
    return this.#connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error !== null) {
          this.#logger.error('A subscription of the scoring service failed', { reason: error.message });
          return;
        }
        this.#receive(message, counts, queue !== undefined);
      },
    });
  }

  #receive(message: Msg, counts: EndpointCounts, isOfGroup: boolean): void {
    this.#messages += 1;
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
    if (refusal !== null) this.#refuse(message, counts, refusal);
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
    if (!this.#hasRoomFor(rows.length)) return this.#busy();
    const startedAt = this.#begin(rows.length);
    const call = new FrameCall(
      rows.length,
      this.#connection.info?.max_payload ?? 1_048_576,
      (bytes) => this.#answer(message, bytes),
      () => this.#settled(rows.length, startedAt, counts),
    );
    call.begin(this.#scorer, rows);
    return null;
  }

  #scoreJson(message: Msg, counts: EndpointCounts): Refusal | null {
    if (!this.#hasRoomFor(1)) return this.#busy();
    const startedAt = this.#begin(1);
    scoreJson(this.#scorer, message.data)
      .then(
        (result) => this.#answer(message, JSON.stringify(result)),
        (error: unknown) => this.#answerError(message, counts, error),
      )
      .then(() => this.#settled(1, startedAt, counts));
    return null;
  }

  /** A frame that is larger than the limit is taken while nothing is in flight, because it would never be taken otherwise. */
  #hasRoomFor(rows: number): boolean {
    return this.#inFlight === 0 || this.#inFlight + rows <= this.#options.maxInFlight;
  }

  #busy(): Refusal {
    const detail = `${this.#inFlight} requests are in flight, at most ${this.#options.maxInFlight}`;
    return { kind: 'busy', detail };
  }

  #answerError(message: Msg, counts: EndpointCounts, error: unknown): void {
    const sent = sentError(error);
    counts.fail(sent.code);
    this.#answer(message, JSON.stringify({ error: sent }), sent.code, sent.message);
  }

  #begin(rows: number): number {
    this.#requests += rows;
    this.#inFlight += rows;
    return this.#clock.now();
  }

  #settled(rows: number, startedAt: number, counts: EndpointCounts): void {
    this.#inFlight -= rows;
    counts.end(this.#clock.now() - startedAt);
    if (this.#inFlight === 0) this.#onIdle();
  }

  #refuse(message: Msg, counts: EndpointCounts, { kind, detail }: Refusal): void {
    this.#refused[kind] += 1;
    counts.fail(kind);
    if (kind === 'malformed' || kind === 'tooLarge') {
      this.#logger.error('A message to the scoring service was refused', { reason: kind, detail });
    }
    const code = codes[kind];
    const body = isJson(message.data)
      ? JSON.stringify({ error: sentError(receivedError({ code, message: detail })) })
      : refusalFrame({ kind, detail });
    this.#answer(message, body, code, kind === 'layout' ? 'the frame has another layout' : detail);
  }

  #answer(message: Msg, body: Uint8Array | string, code?: string, description = ''): void {
    // A message without a reply subject wants no answer.
    if (message.reply === undefined || message.reply === '') return;
    try {
      if (code === undefined) {
        message.respond(body);
        return;
      }
      const errorHeaders = headers();
      errorHeaders.set('Nats-Service-Error-Code', code);
      errorHeaders.set('Nats-Service-Error', oneLine(description));
      message.respond(body, { headers: errorHeaders });
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      this.#logger.error('An answer of the scoring service could not be sent', { reason });
    }
  }
}

const codes: Readonly<Record<RefusalKind, string>> = {
  busy: 'ERR_UNAVAILABLE',
  draining: 'ERR_UNAVAILABLE',
  layout: 'ERR_INVALID_REQUEST',
  tooLarge: 'ERR_INVALID_REQUEST',
  malformed: 'ERR_INVALID_REQUEST',
};

/** A header has no line ends. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000);
}
