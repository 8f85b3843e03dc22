import { Buffer } from 'node:buffer';
import { headers } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import type { AnyFeatures, ScoreOptions, ScoreRequest } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';
import type { Scorer } from '../../../api/scorer.js';
import { ClosedError, FraudScorerError, InvalidRequestError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import { isSubject } from '../fields.js';
import { type DeadLetterReason, deadLetterOf, reasonOf } from './dead-letter.js';
import type { Delivery } from './delivery.js';
import { retryDelayMs, verdictOf } from './failure-policy.js';
import type { InFlight } from './in-flight.js';
import { decisionId } from './message-ids.js';
import type { DecisionStore } from './port.js';
import type { StreamCounts } from './stream-counts.js';
import type { ResolvedStreamOptions } from './stream-options.js';
import type { StreamRequest } from './types.js';

export interface DeciderParts {
  readonly scorer: Scorer;
  readonly publisher: DecisionStore;
  readonly options: ResolvedStreamOptions;
  readonly inFlight: InFlight;
  readonly counts: StreamCounts;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds after which the server delivers an unacknowledged message again. */
  readonly ackWaitMs: number;
  /** Bytes that the server takes in one message. */
  readonly maxPayload: () => number;
  /** Called when the scorer turns out to be closed. */
  readonly onClosed: (error: ClosedError) => void;
}

/** Takes deliveries from their arrival to their end: decided, a dead letter, or given back. Nothing here throws or waits for a caller. */
export class Decider {
  readonly #parts: DeciderParts;

  constructor(parts: DeciderParts) {
    this.#parts = parts;
  }

  /** Begins to work on it. `inFlight` has it until its end. */
  take(delivery: Delivery): void {
    const { inFlight, options, scorer } = this.#parts;
    inFlight.add(delivery);
    if (delivery.tries > options.maxDeliveries) {
      const message = `It was delivered ${delivery.tries} times, and no worker finished it`;
      this.#bury(delivery, { code: 'ERR_WORKER_LOST', message });
      return;
    }
    let request: StreamRequest;
    try {
      request = options.decode(delivery.message);
    } catch (error) {
      const isOurs = error instanceof InvalidRequestError;
      const reason = { code: 'ERR_INVALID_REQUEST', message: 'The function decode threw an error' };
      this.#bury(delivery, isOurs ? reasonOf(error, 'decode') : reason);
      return;
    }
    // Untyped callers may return anything. The scorer checks it.
    scorer.score<AnyFeatures>(request as ScoreRequest<AnyFeatures>, request?.options as ScoreOptions | undefined).then(
      (result) => this.#publish(delivery, result),
      (error) => this.#fail(delivery, error),
    );
  }

  #publish(delivery: Delivery, result: ScoreResult): void {
    if (this.#isOver(delivery)) return;
    const { options, publisher } = this.#parts;
    let subject: string;
    let data: Uint8Array | string;
    try {
      subject = typeof options.to === 'string' ? options.to : options.to(result, delivery.message);
      data = options.encode(result, delivery.message);
      if (!isSubject(subject) || !(typeof data === 'string' || data instanceof Uint8Array)) {
        throw new Error('expected a subject, and bytes or a text');
      }
    } catch {
      const message = 'The function to or encode threw an error, or returned no subject, bytes or text';
      this.#retryOrBury(delivery, null, { code: 'ERR_UNKNOWN', message });
      return;
    }
    const messageHeaders = headers();
    messageHeaders.set('Nats-Msg-Id', decisionId(result.id ?? null, options.stream, delivery.sequence));
    publisher.publish(subject, typeof data === 'string' ? Buffer.from(data) : data, messageHeaders).then(
      ({ isDuplicate }) => this.#decided(delivery, isDuplicate),
      (error) => this.#undecided(delivery, error),
    );
  }

  #decided(delivery: Delivery, isDuplicate: boolean): void {
    const { counts, inFlight, options } = this.#parts;
    counts.decided += 1;
    if (isDuplicate) counts.duplicates += 1;
    if (options.confirmAcks) {
      void delivery.confirmAcknowledged().finally(() => inFlight.delete(delivery));
      return;
    }
    delivery.acknowledge();
    inFlight.delete(delivery);
  }

  #fail(delivery: Delivery, error: unknown): void {
    if (delivery.isSettled) return;
    if (error instanceof ClosedError) {
      this.#parts.onClosed(error);
      this.#giveBack(delivery, 0);
      return;
    }
    const code = error instanceof FraudScorerError ? error.code : null;
    this.#retryOrBury(delivery, code, reasonOf(error, 'The scorer'));
  }

  #retryOrBury(delivery: Delivery, code: string | null, reason: DeadLetterReason): void {
    const { counts, options, logger } = this.#parts;
    const verdict = verdictOf(code, delivery.tries, options);
    if (verdict.kind === 'dead') {
      this.#bury(delivery, reason);
      return;
    }
    counts.retried += 1;
    logger.error('A transaction of the stream could not be scored; it is tried again', { code: reason.code });
    this.#giveBack(delivery, verdict.delayMs);
  }

  /** Publishes a dead letter, and only then ends the message. */
  #bury(delivery: Delivery, reason: DeadLetterReason): void {
    if (this.#isOver(delivery)) return;
    const { counts, inFlight, logger, maxPayload, options, publisher } = this.#parts;
    const { stream, consumer } = options;
    const { message, sequence, tries } = delivery;
    const letter = deadLetterOf({ message, stream, consumer, sequence, tries }, reason, maxPayload());
    publisher.publish(options.deadLetter, letter.data, letter.headers).then(
      () => {
        counts.deadLettered += 1;
        logger.error('A transaction of the stream became a dead letter', { code: reason.code });
        delivery.terminate();
        inFlight.delete(delivery);
      },
      (error) => this.#unpublished(delivery, error),
    );
  }

  /** A stream that refuses a decision may refuse it for ever, for example because the decision is too large. */
  #undecided(delivery: Delivery, error: unknown): void {
    if (delivery.isSettled || delivery.tries < this.#parts.options.maxDeliveries) {
      this.#unpublished(delivery, error);
      return;
    }
    this.#parts.counts.publishFailed += 1;
    const message = `Its decision could not be stored: ${reasonFields(error).reason}`;
    this.#bury(delivery, { code: 'ERR_UNAVAILABLE', message });
  }

  /** Scoring it again does no harm: the stream keeps one decision by id. */
  #unpublished(delivery: Delivery, error: unknown): void {
    if (delivery.isSettled) return;
    const { counts, logger, options } = this.#parts;
    counts.publishFailed += 1;
    logger.error('A decision or dead letter was not stored; it is tried again', reasonFields(error));
    this.#giveBack(delivery, retryDelayMs(delivery.tries, options));
  }

  #giveBack(delivery: Delivery, delayMs: number): void {
    delivery.giveBack(delayMs);
    this.#parts.inFlight.delete(delivery);
  }

  /**
   * Whether its end must not be published any more. After a silence longer than the ack wait another worker has the message. Its decision
   * may be so old that the stream has forgotten its id.
   */
  #isOver(delivery: Delivery): boolean {
    const { ackWaitMs, clock, counts, inFlight } = this.#parts;
    if (delivery.isSettled) return true;
    if (delivery.silentMs(clock.now()) < ackWaitMs) return false;
    delivery.giveUp();
    inFlight.delete(delivery);
    counts.lost += 1;
    return true;
  }
}

/** Errors of the client describe the connection, not the message. */
function reasonFields(error: unknown): { reason: string } {
  return { reason: error instanceof Error ? error.message : 'unknown' };
}
