import type { JsMsg } from '@nats-io/jetstream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scorer } from '../../../../src/api/scorer.js';
import type { ScoreResult } from '../../../../src/index.js';
import { Decider } from '../../../../src/integrations/nats/stream/decider.js';
import { Delivery } from '../../../../src/integrations/nats/stream/delivery.js';
import { InFlight } from '../../../../src/integrations/nats/stream/in-flight.js';
import type { Confirmation } from '../../../../src/integrations/nats/stream/port.js';
import { StreamCounts } from '../../../../src/integrations/nats/stream/stream-counts.js';
import { resolveStreamOptions } from '../../../../src/integrations/nats/stream/stream-options.js';
import { FakeClock } from '../../../support/fake-clock.js';

const ackWaitMs = 1_000;

/** What the worker told the server about one message. */
function messageOf(id: string, deliveryCount = 1): { message: JsMsg; told: string[] } {
  const told: string[] = [];
  const message = {
    ...{ subject: 'transactions', headers: undefined },
    data: new TextEncoder().encode(JSON.stringify({ id, features: { x: [1] } })),
    info: { deliveryCount, streamSequence: 7 },
    ack: () => told.push('ack'),
    nak: (delayMs: number) => told.push(`nak ${delayMs}`),
    term: () => told.push('term'),
    working: () => told.push('working'),
  };
  return { message: message as unknown as JsMsg, told };
}

describe('Decider', () => {
  let clock: FakeClock;
  let inFlight: InFlight;
  let counts: StreamCounts;
  let published: string[];
  let publish: () => Promise<Confirmation>;
  let score: () => Promise<ScoreResult>;
  let decider: Decider;

  beforeEach(() => {
    clock = new FakeClock();
    inFlight = new InFlight(10);
    counts = new StreamCounts();
    published = [];
    publish = async () => ({ isDuplicate: false });
    score = async () => ({ id: 't-1', decision: 'APPROVE' }) as ScoreResult;
    decider = new Decider({
      scorer: { score: () => score() } as unknown as Scorer,
      publisher: {
        publish: (subject) => {
          published.push(subject);
          return publish();
        },
      },
      options: resolveStreamOptions({ stream: 'S', consumer: 'c', to: 'decisions', deadLetter: 'dead', maxTries: 2 }),
      ...{
        inFlight,
        counts,
        clock,
        ackWaitMs,
        logger: { info() {}, warn() {}, error() {} },
        maxPayload: () => 1_000_000,
        onClosed: () => {},
      },
    });
  });

  it('publishes no decision after another worker may have the message', async () => {
    let answer = (_: ScoreResult): void => {};
    score = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const { message, told } = messageOf('t-1');
    decider.take(new Delivery(message, clock.now()));
    clock.advance(ackWaitMs);
    answer({ id: 't-1', decision: 'APPROVE' } as ScoreResult);
    await inFlight.empty();
    expect({ published, told, lost: counts.lost }).toEqual({ published: [], told: [], lost: 1 });
  });

  it('publishes it where the server has heard of it in time', async () => {
    const { message, told } = messageOf('t-1');
    const delivery = new Delivery(message, clock.now());
    clock.advance(ackWaitMs - 1);
    delivery.touch(clock.now());
    clock.advance(ackWaitMs - 1);
    decider.take(delivery);
    await inFlight.empty();
    expect({ published, told }).toEqual({ published: ['decisions'], told: ['working', 'ack'] });
  });

  it('gives a transaction back whose decision was not stored, and never acknowledges it', async () => {
    publish = () => Promise.reject(new Error('not stored'));
    const { message, told } = messageOf('t-1', 2);
    decider.take(new Delivery(message, clock.now()));
    await inFlight.empty();
    expect(told).toEqual(['nak 2000']);
    expect(counts).toMatchObject({ publishFailed: 1, deadLettered: 0, decided: 0 });
  });

  it('does not end a message whose dead letter was not stored', async () => {
    score = () => Promise.reject(new Error('fails'));
    publish = () => Promise.reject(new Error('not stored'));
    const { message, told } = messageOf('t-1', 2);
    decider.take(new Delivery(message, clock.now()));
    await inFlight.empty();
    expect({ published, told }).toEqual({ published: ['dead'], told: ['nak 2000'] });
    expect(counts).toMatchObject({ publishFailed: 1, deadLettered: 0 });
  });

  it('makes a dead letter of a decision that no stream ever stores', async () => {
    publish = () =>
      published.at(-1) === 'dead' ? Promise.resolve({ isDuplicate: false }) : Promise.reject(new Error());
    const { message, told } = messageOf('t-1', 8);
    decider.take(new Delivery(message, clock.now()));
    await inFlight.empty();
    expect({ published, told }).toEqual({ published: ['decisions', 'dead'], told: ['term'] });
  });

  it('says nothing about a delivery that was given back while it was scored', async () => {
    let answer = (_: ScoreResult): void => {};
    score = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const { message, told } = messageOf('t-1');
    const delivery = new Delivery(message, clock.now());
    decider.take(delivery);
    delivery.giveBack(0);
    inFlight.clear();
    answer({ id: 't-1', decision: 'APPROVE' } as ScoreResult);
    await new Promise(setImmediate);
    expect({ published, told }).toEqual({ published: [], told: ['nak 0'] });
  });
});
