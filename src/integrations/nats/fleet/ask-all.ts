import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../../host/clock.js';

export interface AskOptions {
  subject: string;
  payload: Uint8Array | string;
  /** No reply is awaited for longer. */
  waitMs: number;
  /** After a reply, or at the start, this long without another one: `isOver` is asked. */
  quietMs: number;
  clock: Clock;
  onReply: (reply: Msg) => void;
  /** @param isQuiet whether nothing came for `quietMs`. @returns whether no more replies are needed. */
  isOver: (isQuiet: boolean) => boolean;
}

/** Asks all who listen, until their replies are enough or the time is over. @returns false if nobody listens. */
export async function askAll(connection: NatsConnection, options: AskOptions): Promise<boolean> {
  const { subject, payload, waitMs, quietMs, clock, onReply, isOver } = options;
  const replies = await connection.requestMany(subject, payload, {
    strategy: 'timer',
    maxWait: waitMs,
    // With a subscription of its own it can be ended early, and a closed connection ends it without an error that nobody handles.
    noMux: true,
  });
  const iterator = replies[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const reply = await orQuiet(next, quietMs, clock);
      if (reply !== null) {
        if (reply.done === true) return true;
        onReply(reply.value);
        next = iterator.next();
      }
      if (isOver(reply === null)) return true;
    }
  } catch (error) {
    if (isNoResponders(error)) return false;
    throw error;
  } finally {
    // The type does not say that it can be stopped.
    if ('stop' in replies && typeof replies.stop === 'function') replies.stop();
    // Not awaited: it may have to wait for the reply that was asked for last, which nobody needs any more.
    iterator.return?.().catch(() => {});
  }
}

/** @returns null if nothing has come in time. */
async function orQuiet<T>(promise: Promise<T>, quietMs: number, clock: Clock): Promise<T | null> {
  let end = (): void => {};
  const quiet = new Promise<null>((resolve) => {
    const timer = clock.after(quietMs, () => resolve(null));
    end = () => timer.clear();
  });
  // If it fails after nobody waits for it any more, that is no fault.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, quiet]);
  } finally {
    end();
  }
}

/** By name, because two copies of the client have two classes. */
export function isNoResponders(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^NoResponders(Error)?$/.test(error.name) || (error.cause !== undefined && isNoResponders(error.cause));
}
