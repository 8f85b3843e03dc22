import { describe, expect, it } from 'vitest';
import type { ScoreResult } from '../../../src/api/result.js';
import { FrameCall } from '../../../src/integrations/nats/service/frame-call.js';
import type { ServedScorer } from '../../../src/integrations/nats/service/served-scorer.js';
import { readReply } from '../../../src/integrations/nats/wire/reply-frame.js';
import { FakeClock } from '../../support/fake-clock.js';

const result: ScoreResult = {
  ...{ source: 'model', decision: 'APPROVE', decidedBy: 'policy', fraudProbability: 0.25, riskScore: 0.5 },
  ...{ riskLevel: 'LOW', model: { name: 'stand-in', version: '1' }, provider: 'cpu' },
  timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A frame whose rows are scored by `score`, which is told the place of the row. */
function call(rows: number, score: (place: number) => unknown, maxBytes = 1_000_000) {
  const clock = new FakeClock();
  /** The places of each reply. */
  const replies: number[][] = [];
  const codes: string[] = [];
  const sizes: number[] = [];
  let done = 0;
  const scorer: ServedScorer = {
    score: (request) => score(request as never) as Promise<ScoreResult>,
    health: () => ({
      status: 'ok',
      ready: true,
      provider: 'cpu',
      providers: [],
      workers: 1,
      queueDepth: 0,
      reasons: [],
    }),
  };
  const send = (bytes: Uint8Array): void => {
    const { places, outcomes } = readReply(bytes, () => undefined);
    replies.push(places);
    sizes.push(bytes.length);
    for (const outcome of outcomes) if (outcome instanceof Error) codes.push(outcome.code);
  };
  const options = { timeoutMs: undefined, priority: 0, explain: undefined, routingKey: undefined };
  const frame = new FrameCall({ clock, rows, maxBytes, send, onDone: () => (done += 1) });
  frame.begin(
    scorer,
    Array.from({ length: rows }, (_, place) => ({ request: place, ...options })),
  );
  return { clock, replies, codes, sizes, isDone: () => done === 1 };
}

describe('the rows of a frame', () => {
  it('are answered together', async () => {
    const { replies, isDone, clock } = call(5, () => Promise.resolve(result));
    await settled();
    expect(replies).toEqual([[0, 1, 2, 3, 4]]);
    expect(isDone()).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('do not wait for one that takes long', async () => {
    const slow: (() => void)[] = [];
    const { replies, isDone, clock } = call(4, (place) =>
      place % 2 === 1 ? new Promise((resolve) => slow.push(() => resolve(result))) : Promise.resolve(result),
    );
    await settled();
    expect(replies).toEqual([]);
    clock.fire(5);
    expect(replies).toEqual([[0, 2]]);
    expect(isDone()).toBe(false);
    // It waits for nothing while nothing is ready.
    expect(clock.timers).toBe(0);
    for (const answer of slow) answer();
    await settled();
    expect(replies).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(isDone()).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('are answered in parts if a message may not be as large', async () => {
    const { replies, isDone } = call(9, () => Promise.resolve(result), 120);
    await settled();
    expect(replies.length).toBeGreaterThan(1);
    expect(replies.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(isDone()).toBe(true);
  });

  it('are ERR_INFERENCE where a message cannot hold the result of one, and the others are answered', async () => {
    const large = { ...result, attention: Array.from({ length: 1_000 }, () => 0.001) };
    const { replies, codes, sizes, isDone } = call(3, (place) => Promise.resolve(place === 1 ? large : result), 500);
    await settled();
    expect(replies.flat().sort()).toEqual([0, 1, 2]);
    expect(codes).toEqual(['ERR_INFERENCE']);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(isDone()).toBe(true);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('of the host');
      },
    ],
    ['gives nothing', () => undefined],
    ['gives a result without times', () => Promise.resolve({ ...result, timing: undefined })],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('are ERR_INFERENCE where a scorer of the host %s, and the others are answered', async (_, odd) => {
    const { replies, codes, isDone } = call(3, (place) => (place === 1 ? odd() : Promise.resolve(result)));
    await settled();
    expect(replies.flat().sort()).toEqual([0, 1, 2]);
    expect(codes).toEqual(['ERR_INFERENCE']);
    expect(isDone()).toBe(true);
  });
});
