import type { ConsumerConfig } from '@nats-io/jetstream';
import type { Issue } from '../../../errors.js';
import type { ResolvedStreamOptions } from './stream-options.js';

/** The server counts in nanoseconds. */
export const nanosPerMs = 1_000_000;

/** The least room for unacknowledged messages of a new consumer: workers that are added later share it. */
const leastAckPending = 50_000;

const shortestAckWaitMs = 1_000;

/** A new consumer for a fleet of workers. */
export function newConsumer(options: ResolvedStreamOptions): Partial<ConsumerConfig> {
  const { consumer, subject, ackWaitMs, maxInFlight } = options;
  return {
    durable_name: consumer,
    ack_policy: 'explicit',
    deliver_policy: 'all',
    ack_wait: ackWaitMs * nanosPerMs,
    // The worker counts deliveries itself, because the server drops a message silently after the last one.
    max_deliver: -1,
    max_ack_pending: Math.max(leastAckPending, 16 * maxInFlight),
    ...(subject === null ? {} : { filter_subject: subject }),
  };
}

/** Milliseconds after which the server delivers an unacknowledged message again. */
export function ackWaitMsOf({ ack_wait, backoff }: Partial<ConsumerConfig>): number {
  const waits = backoff === undefined || backoff.length === 0 ? [ack_wait ?? 30_000 * nanosPerMs] : backoff;
  return Math.min(...waits) / nanosPerMs;
}

/** What is wrong with a consumer that exists. */
export function consumerIssues(config: Partial<ConsumerConfig>, options: ResolvedStreamOptions): Issue[] {
  const { maxInFlight, maxDeliveries, subject } = options;
  const { ack_policy, deliver_subject, max_deliver = -1, max_ack_pending = -1, headers_only, filter_subject } = config;
  const issues: Issue[] = [];
  const expect = (isSo: boolean, setting: string, expected: string, received: unknown): void => {
    if (!isSo) issues.push({ path: `consumer ${setting}`, expected, received: String(received) });
  };
  expect(deliver_subject === undefined, 'deliver_subject', 'none (a pull consumer)', 'one (a push consumer)');
  expect(ack_policy === 'explicit', 'ack_policy', 'explicit', ack_policy);
  expect(headers_only !== true, 'headers_only', 'false, because the transaction is in the message', headers_only);
  expect(
    max_deliver < 1 || max_deliver > maxDeliveries,
    'max_deliver',
    `-1 or above maxDeliveries (${maxDeliveries}), because the server drops a message after it without a dead letter`,
    max_deliver,
  );
  expect(
    max_ack_pending < 1 || max_ack_pending >= maxInFlight,
    'max_ack_pending',
    `at least maxInFlight (${maxInFlight}); raise it, or lower maxInFlight`,
    max_ack_pending,
  );
  const ackWaitMs = ackWaitMsOf(config);
  expect(
    ackWaitMs >= shortestAckWaitMs,
    'ack_wait',
    `at least ${shortestAckWaitMs} ms (of its backoff too)`,
    `${ackWaitMs} ms`,
  );
  expect(
    subject === null || subject === filter_subject,
    'filter_subject',
    'the same as the option subject',
    filter_subject === undefined ? 'none' : 'another',
  );
  return issues;
}
