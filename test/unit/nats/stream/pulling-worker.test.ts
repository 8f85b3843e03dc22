import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scorer } from '../../../../src/api/scorer.js';
import type { ScoreResult } from '../../../../src/index.js';
import type { Pull } from '../../../../src/integrations/nats/stream/port.js';
import { PullingWorker } from '../../../../src/integrations/nats/stream/pulling-worker.js';
import { resolveStreamOptions } from '../../../../src/integrations/nats/stream/stream-options.js';
import { FakeClock } from '../../../support/fake-clock.js';

const ackWaitMs = 9_000;

/** A question that the test answers. */
class FakePull implements Pull {
  readonly asked: number;
  isStopped = false;
  readonly #waiting: JsMsg[] = [];
  #wake = (): void => {};
  #end: 'open' | 'over' | Error = 'open';

  constructor(asked: number) {
    this.asked = asked;
  }

  push(...messages: JsMsg[]): void {
    this.#waiting.push(...messages);
    this.#wake();
  }

  finish(end: 'over' | Error = 'over'): void {
    this.#end = end;
    this.#wake();
  }

  stop(): void {
    this.isStopped = true;
    this.finish();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<JsMsg> {
    for (;;) {
      yield* this.#waiting.splice(0);
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end === 'over') return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('PullingWorker', () => {
  let clock: FakeClock;
  let pulls: FakePull[];
  let told: string[];
  let answers: ((result: ScoreResult) => void)[];
  let isClosed: boolean;
  let worker: PullingWorker;

  beforeEach(async () => {
    clock = new FakeClock();
    [pulls, told, answers] = [[], [], []];
    isClosed = false;
    const connection = {
      subscribe: () => ({ unsubscribe() {} }),
      publish: () => {},
      isClosed: () => isClosed,
      flush: async () => {},
    };
    worker = await PullingWorker.start({
      connection: connection as unknown as NatsConnection,
      scorer: {
        score: () => new Promise<ScoreResult>((resolve) => answers.push(resolve)),
      } as unknown as Scorer,
      consumer: {
        fetch: async ({ max_messages }) => {
          const pull = new FakePull(max_messages);
          pulls.push(pull);
          return pull;
        },
      },
      options: resolveStreamOptions({ stream: 'S', consumer: 'c', to: 'to', deadLetter: 'dead', maxInFlight: 20 }),
      ...{ clock, ackWaitMs, isGone: async () => false, logger: { info() {}, warn() {}, error() {} } },
    });
  });

  const messages = (count: number): JsMsg[] =>
    Array.from({ length: count }, (_, index) => {
      const message = {
        ...{ subject: 'transactions', headers: undefined },
        data: new TextEncoder().encode('{"features":{"x":[1]}}'),
        info: { deliveryCount: 1, streamSequence: index },
        ack: () => told.push('ack'),
        nak: (delayMs: number) => told.push(`nak ${delayMs}`),
        working: () => told.push('working'),
      };
      return message as unknown as JsMsg;
    });

  it('asks for exactly the room there is, with one question at a time', async () => {
    await settled();
    pulls[0]?.push(...messages(20));
    pulls[0]?.finish();
    await settled();
    // Full: it asks nobody, however long it takes.
    clock.advance(ackWaitMs / 2);
    await settled();
    expect(pulls.map(({ asked }) => asked)).toEqual([20]);
    await worker.stop();
    expect(told.filter((answer) => answer === 'nak 0')).toHaveLength(20);
  });

  it('keeps each message alive from the moment it came', async () => {
    await settled();
    pulls[0]?.push(...messages(20));
    await settled();
    expect(worker.stats().inFlight).toBe(20);
    clock.advance(ackWaitMs / 3);
    expect(told.filter((answer) => answer === 'working')).toHaveLength(20);
  });

  it('gives back messages beyond its room, which come where the client asks again after a reconnect', async () => {
    await settled();
    pulls[0]?.push(...messages(23));
    await settled();
    expect(told).toEqual(['nak 0', 'nak 0', 'nak 0']);
    expect(worker.stats()).toMatchObject({ received: 23, inFlight: 20 });
  });

  it('decides none that waited in the socket while the process stood still for longer than the ack wait', async () => {
    await settled();
    clock.fire(ackWaitMs);
    pulls[0]?.push(...messages(1));
    await settled();
    answers[0]?.({ decision: 'APPROVE' } as ScoreResult);
    await settled();
    expect(worker.stats()).toMatchObject({ lost: 1, inFlight: 0, decided: 0 });
    expect(told).toEqual([]);
  });

  it('decides what comes after the process has run again for a moment', async () => {
    await settled();
    clock.stall(ackWaitMs);
    clock.advance(500);
    pulls[0]?.push(...messages(1));
    await settled();
    clock.advance(ackWaitMs / 2);
    expect(worker.stats()).toMatchObject({ lost: 0, inFlight: 1 });
    expect(told).toEqual(['working']);
  });

  it('takes what is on its way to it before a drain ends', async () => {
    await settled();
    pulls[0]?.push(...messages(1));
    await settled();
    const drained = worker.drain();
    await settled();
    expect(pulls[0]?.isStopped).toBe(false);
    pulls[0]?.push(...messages(1));
    await settled();
    expect(worker.stats()).toMatchObject({ received: 2, inFlight: 2 });
    await worker.stop();
    await drained;
    expect(pulls).toHaveLength(1);
  });

  it('lets go of its question in a drain when nothing is in flight', async () => {
    await settled();
    await worker.drain();
    expect(pulls.map(({ isStopped }) => isStopped)).toEqual([true]);
  });

  it('asks again after a question that failed, and ends where the server refuses it for good', async () => {
    await settled();
    pulls[0]?.finish(new Error('heartbeats missed'));
    await settled();
    clock.advance(500);
    await settled();
    expect(pulls).toHaveLength(2);
    pulls[1]?.finish(Object.assign(new Error('bad request'), { code: 400 }));
    await expect(worker.done).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  it('rests after a question that ended at once with nothing, and not after one that brought something', async () => {
    await settled();
    pulls[0]?.finish();
    await settled();
    expect(pulls).toHaveLength(1);
    clock.advance(500);
    await settled();
    pulls[1]?.push(...messages(1));
    pulls[1]?.finish();
    await settled();
    expect(pulls).toHaveLength(3);
  });

  it('ends where the connection was closed', async () => {
    await settled();
    isClosed = true;
    pulls[0]?.finish();
    await expect(worker.done).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });
});

/** Promises that are ready have been handled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
