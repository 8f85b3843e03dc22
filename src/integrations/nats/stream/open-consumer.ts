import type { Consumer, ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { InvalidOptionsError, UnavailableError } from '../../../errors.js';
import { messageOf } from '../../../host/thrown.js';
import { longestConfirmMs } from './confirmed-publisher.js';
import { ackWaitMsOf, consumerIssues, nanosPerMs, newConsumer } from './consumer-settings.js';
import { longestRepeatMs } from './failure-policy.js';
import type { ResolvedStreamOptions } from './stream-options.js';

/** The client, which is loaded late. */
type JetStreamModule = typeof import('@nats-io/jetstream');

/** A consumer to pull from. */
export interface OpenConsumer {
  readonly consumer: Consumer;
  /** Milliseconds after which the server delivers an unacknowledged message again. */
  readonly ackWaitMs: number;
  /** Whether somebody has deleted it, or its stream. */
  readonly isGone: () => Promise<boolean>;
}

/**
 * Finds the consumer, or creates it.
 *
 * @throws {InvalidOptionsError} if the stream does not exist, no stream takes the decisions or dead letters, or the consumer has other settings.
 * @throws {UnavailableError} if the server does not answer, or does not permit it.
 */
export async function openConsumer(
  jetstream: JetStreamModule,
  connection: NatsConnection,
  options: ResolvedStreamOptions,
): Promise<OpenConsumer> {
  // The check of the account would need one more permission.
  const manager = await answered(jetstream.jetstreamManager(connection, { checkAPI: false }));
  const { config } = await findOrCreate(jetstream, manager, options);
  const issues = consumerIssues(config, options);
  if (issues.length > 0) throw new InvalidOptionsError(issues);
  if (typeof options.to === 'string') {
    const decisions = await requireStreamOf(jetstream, manager, 'to', options.to);
    if (decisions === options.stream) throw sameStream();
    await requireLongWindow(manager, decisions, longestRepeatMs(ackWaitMsOf(config), longestConfirmMs, options));
  }
  await requireStreamOf(jetstream, manager, 'deadLetter', options.deadLetter);
  const consumer = await answered(manager.jetstream().consumers.get(options.stream, options.consumer));
  const isGone = async (): Promise<boolean> => {
    const { ConsumerNotFound, StreamNotFound } = jetstream.JetStreamApiCodes;
    const error: unknown = await manager.consumers.info(options.stream, options.consumer).catch((thrown) => thrown);
    return (
      error instanceof jetstream.JetStreamApiError &&
      [ConsumerNotFound, StreamNotFound].some((code) => code === error.code)
    );
  };
  return { consumer, ackWaitMs: ackWaitMsOf(config), isGone };
}

async function findOrCreate(
  { JetStreamApiCodes, JetStreamApiError }: JetStreamModule,
  manager: JetStreamManager,
  options: ResolvedStreamOptions,
): Promise<ConsumerInfo> {
  const { stream, consumer } = options;
  const find = (): Promise<ConsumerInfo> => manager.consumers.info(stream, consumer);
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw unanswered(error);
    if (error.code === JetStreamApiCodes.StreamNotFound) throw missing('stream', 'the name of a stream that exists');
    if (error.code !== JetStreamApiCodes.ConsumerNotFound) throw unanswered(error);
  }
  try {
    return await manager.consumers.add(stream, newConsumer(options));
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw unanswered(error);
    // Another worker may have created it meanwhile.
    const found = await find().catch(() => null);
    if (found !== null) return found;
    throw new InvalidOptionsError(
      [{ path: 'consumer', expected: 'one that the server creates', received: `a refusal: ${error.message}` }],
      1,
      { cause: error },
    );
  }
}

/** A stream drops a second message with the same id, whatever its subject: a decision has the id of its transaction. */
function sameStream(): InvalidOptionsError {
  const expected = 'a subject of another stream than the transactions, which may have the same ids';
  return new InvalidOptionsError([{ path: 'to', expected, received: 'a subject of the same stream' }]);
}

/** The stream must still know the id of a decision when the decision is published again. */
async function requireLongWindow(manager: JetStreamManager, stream: string, repeatMs: number): Promise<void> {
  // A user may lack the permission to see the settings.
  const info = await manager.streams.info(stream).catch(() => null);
  const windowMs = (info?.config.duplicate_window ?? Number.POSITIVE_INFINITY) / nanosPerMs;
  if (windowMs > repeatMs) return;
  const expected = `a stream whose duplicate_window is longer than ${repeatMs} ms, after which a decision may be published again; raise it, or lower retryDelayMs or the consumer's ack_wait`;
  throw new InvalidOptionsError([{ path: 'to', expected, received: `one with ${windowMs} ms` }]);
}

/** A subject that no stream takes would let every message fail after it was scored. */
async function requireStreamOf(
  { JetStreamApiError }: JetStreamModule,
  manager: JetStreamManager,
  option: string,
  subject: string,
): Promise<string> {
  try {
    return await manager.streams.find(subject);
  } catch (error) {
    if (error instanceof JetStreamApiError)
      throw missing(option, `a subject that a stream takes; create the stream, or add ${subject} to it`);
    throw unanswered(error);
  }
}

function missing(path: string, expected: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path, expected, received: 'one that no stream has' }]);
}

async function answered<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    throw unanswered(error);
  }
}

function unanswered(error: unknown): UnavailableError {
  return new UnavailableError(`JetStream did not answer: ${messageOf(error)}`, { cause: error });
}
