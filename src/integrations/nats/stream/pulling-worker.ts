import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import type { Scorer } from '../../../api/scorer.js';
import { UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { messageOf } from '../../../host/thrown.js';
import { listenTo } from '../connection-events.js';
import { ConfirmedPublisher } from './confirmed-publisher.js';
import { Decider } from './decider.js';
import { Delivery } from './delivery.js';
import { InFlight } from './in-flight.js';
import { Pulls } from './pulls.js';
import { StreamCounts } from './stream-counts.js';
import type { ResolvedStreamOptions } from './stream-options.js';
import type { StreamStats, StreamWorker } from './types.js';

/** What a worker is made of. */
export interface WorkerParts {
  readonly scorer: Scorer;
  readonly connection: NatsConnection;
  readonly consumer: Consumer;
  readonly ackWaitMs: number;
  readonly options: ResolvedStreamOptions;
  readonly logger: Logger;
  readonly clock: Clock;
}

type State =
  | { readonly value: 'running' }
  | { readonly value: 'draining' }
  /** `cause` is null if the host stopped it. */
  | { readonly value: 'stopped'; readonly cause: Error | null };

/** Pulls messages while there is room, and tells the server every now and then which ones it still works on. */
export class PullingWorker implements StreamWorker {
  readonly done: Promise<void>;
  readonly #parts: WorkerParts;
  readonly #counts = new StreamCounts();
  readonly #inFlight: InFlight;
  readonly #publisher: ConfirmedPublisher;
  readonly #decider: Decider;
  readonly #pulls: Pulls;
  readonly #unlisten: () => void;
  readonly #keepAlive: Timer;
  #state: State = { value: 'running' };

  constructor(parts: WorkerParts) {
    const { ackWaitMs, clock, connection, consumer, logger, options, scorer } = parts;
    this.#parts = parts;
    this.#inFlight = new InFlight(() => this.#pulls.topUp());
    this.#publisher = new ConfirmedPublisher(connection, clock);
    this.#decider = new Decider({
      ...{ scorer, options, logger, clock, ackWaitMs },
      publisher: this.#publisher,
      inFlight: this.#inFlight,
      counts: this.#counts,
      maxPayload: () => connection.info?.max_payload ?? 1_048_576,
      onClosed: (error) => this.#end({ value: 'stopped', cause: error }),
    });
    this.#pulls = new Pulls({
      ...{ consumer, clock, limit: options.maxInFlight },
      inFlight: () => this.#inFlight.size,
      onMessage: (message) => this.#take(message),
      onProblem: (error) => logger.error('A pull from the stream failed; trying again', { reason: messageOf(error) }),
      onRefused: (error) => {
        const cause = new UnavailableError(`The server refused the consumer: ${messageOf(error)}`, { cause: error });
        this.#end({ value: 'stopped', cause });
      },
    });
    this.#unlisten = listenTo(connection, {
      closed: () => {
        const cause = new UnavailableError('The connection was closed, so that the stream worker has ended');
        this.#end({ value: 'stopped', cause });
      },
    });
    this.#keepAlive = clock.every(ackWaitMs / 3, () => this.#touchOld());
    this.done = this.#run();
    // A host may not look at it.
    this.done.catch(() => {});
    this.#pulls.topUp();
  }

  stats(): StreamStats {
    return { ...this.#counts, inFlight: this.#inFlight.size };
  }

  drain(): Promise<void> {
    this.#end({ value: 'draining' });
    return this.#ended();
  }

  stop(): Promise<void> {
    this.#end({ value: 'stopped', cause: null });
    return this.#ended();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  #ended(): Promise<void> {
    return this.done.catch(() => {});
  }

  #end(next: State): void {
    if (this.#state.value === 'stopped' || this.#state.value === next.value) return;
    this.#state = next;
    this.#pulls.stop();
    if (next.value !== 'stopped') return;
    for (const delivery of this.#inFlight) delivery.giveBack(0);
    this.#inFlight.clear();
  }

  async #run(): Promise<void> {
    await this.#pulls.ended;
    await this.#inFlight.empty();
    this.#unlisten();
    this.#keepAlive.clear();
    this.#close();
    // Acknowledgements must have left before a host ends its process.
    await this.#parts.connection.flush().catch(() => {});
    if (this.#state.value === 'stopped' && this.#state.cause !== null) throw this.#state.cause;
  }

  #take(message: JsMsg): void {
    this.#counts.received += 1;
    const delivery = new Delivery(message, this.#parts.clock.now());
    if (this.#state.value === 'stopped') delivery.giveBack(0);
    else this.#decider.take(delivery);
  }

  /** Tells the server about those that take long. Those that were silent for too long belong to another worker by now. */
  #touchOld(): void {
    const { ackWaitMs, clock } = this.#parts;
    const now = clock.now();
    for (const delivery of this.#inFlight) {
      const silentMs = delivery.silentMs(now);
      if (silentMs >= ackWaitMs) {
        delivery.giveUp();
        this.#counts.lost += 1;
        this.#inFlight.delete(delivery);
      } else if (silentMs >= ackWaitMs / 4) {
        delivery.touch(now);
      }
    }
  }

  #close(): void {
    try {
      this.#publisher.close();
    } catch {
      // The connection is closed, and its subscriptions with it.
    }
  }
}
