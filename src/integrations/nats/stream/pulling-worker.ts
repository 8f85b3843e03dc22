import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import type { Scorer } from '../../../api/scorer.js';
import { UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { messageOf } from '../../../host/thrown.js';
import { ConfirmedPublisher } from './confirmed-publisher.js';
import { Decider } from './decider.js';
import { Delivery } from './delivery.js';
import { InFlight } from './in-flight.js';
import { MessagePuller } from './message-puller.js';
import type { MessageSource } from './port.js';
import { Standstill } from './standstill.js';
import { StreamCounts } from './stream-counts.js';
import type { ResolvedStreamOptions } from './stream-options.js';
import type { StreamStats, StreamWorker } from './types.js';

/** What a worker is made of. */
export interface WorkerParts {
  readonly scorer: Scorer;
  readonly connection: NatsConnection;
  readonly consumer: MessageSource;
  readonly ackWaitMs: number;
  /** Whether somebody has deleted the consumer. */
  readonly isGone: () => Promise<boolean>;
  readonly options: ResolvedStreamOptions;
  readonly logger: Logger;
  readonly clock: Clock;
}

const goneReason = 'the consumer or its stream does not exist any more: create it, beginning where the old one ended';

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
  readonly #puller: MessagePuller;
  readonly #standstill: Standstill;
  readonly #keepAlive: Timer;
  #state: State = { value: 'running' };

  /** Resolves when the server has been asked: it forgets a message that is given back while nobody waits, until the ack wait is over. */
  static async start(parts: WorkerParts): Promise<PullingWorker> {
    const worker = new PullingWorker(parts);
    await worker.#puller.hasAsked;
    return worker;
  }

  private constructor(parts: WorkerParts) {
    const { ackWaitMs, clock, connection, consumer, logger, options, scorer } = parts;
    this.#parts = parts;
    this.#standstill = new Standstill(clock);
    this.#inFlight = new InFlight(options.maxInFlight);
    this.#publisher = new ConfirmedPublisher(connection, clock);
    this.#decider = new Decider({
      ...{ scorer, options, logger, clock, ackWaitMs },
      publisher: this.#publisher,
      inFlight: this.#inFlight,
      counts: this.#counts,
      maxPayload: () => connection.info?.max_payload ?? 1_048_576,
      onClosed: (error) => this.#end({ value: 'stopped', cause: error }),
    });
    this.#puller = new MessagePuller({
      ...{ source: consumer, inFlight: this.#inFlight, clock },
      take: (message) => this.#take(message),
      isClosed: () => connection.isClosed(),
      onFailed: (error) => void this.#tellFailed(error),
    });
    this.#keepAlive = clock.every(ackWaitMs / 3, () => this.#touchOld());
    this.done = this.#run();
    // A host may not look at it.
    this.done.catch(() => {});
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
    if (next.value === 'draining') {
      this.#puller.finish();
      // Nothing is on its way then, or next to nothing.
      void this.#inFlight.empty().then(() => this.#puller.stop());
      return;
    }
    this.#puller.stop();
    for (const delivery of this.#inFlight) delivery.giveBack(0);
    this.#inFlight.clear();
  }

  async #run(): Promise<void> {
    try {
      await this.#pull();
      if (this.#state.value === 'running') {
        const cause = new UnavailableError('The connection was closed, so that the stream worker has ended');
        this.#end({ value: 'stopped', cause });
      }
      await this.#inFlight.empty();
    } finally {
      this.#keepAlive.clear();
      this.#standstill.close();
      this.#close();
    }
    // Acknowledgements must have left before a host ends its process.
    await this.#parts.connection.flush().catch(() => {});
    if (this.#state.value === 'stopped' && this.#state.cause !== null) throw this.#state.cause;
  }

  async #pull(): Promise<void> {
    try {
      await this.#puller.run();
    } catch (error) {
      const cause = error instanceof Error ? error : new UnavailableError('The stream worker has ended');
      this.#end({ value: 'stopped', cause });
    }
  }

  #take(message: JsMsg): void {
    this.#counts.received += 1;
    const delivery = new Delivery(message, this.#standstill.sentAfter(this.#parts.ackWaitMs));
    // After a reconnect the client asks again for all that it had asked for, also for those that have come.
    if (this.#state.value === 'stopped' || this.#inFlight.free === 0) delivery.giveBack(0);
    else this.#decider.take(delivery);
  }

  /** A consumer that is gone is not made again here: a new one would begin with the first message of the stream. */
  async #tellFailed(error: unknown): Promise<void> {
    const { isGone, logger } = this.#parts;
    const reason = (await isGone()) ? goneReason : messageOf(error);
    logger.error('No messages could be asked for; trying again', { reason });
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
