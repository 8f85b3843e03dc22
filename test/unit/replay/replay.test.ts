import { DeadlineExceededError, type ScoreOptions, type ScoreRequest, type ScoreResult } from 'fraud-scorer';
import type { Transaction } from 'fraud-scorer/reference';
import { describe, expect, it } from 'vitest';
import { DelayedLabels } from '../../../examples/replay/delayed-labels.js';
import { Replay, type ReplayParts } from '../../../examples/replay/replay.js';
import { ManualClock } from './manual-clock.js';

const FEATURES = {
  transaction_features: new Float32Array(1),
  user_features: new Float32Array(1),
  merchant_features: new Float32Array(1),
};

function result(id: string | undefined, fraudProbability: number): ScoreResult {
  return {
    source: 'model',
    decidedBy: 'policy',
    ...(id !== undefined && { id }),
    decision: fraudProbability > 0.8 ? 'BLOCK' : 'APPROVE',
    fraudProbability,
    riskScore: fraudProbability,
    riskLevel: fraudProbability > 0.7 ? 'HIGH' : 'LOW',
    model: { name: 'm', version: '1' },
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
}

async function* transactions(count: number): AsyncGenerator<Transaction> {
  for (let i = 0; i < count; i++) {
    yield {
      transactionId: `t${i}`,
      timestampMs: i,
      customerId: 'c',
      terminalId: 't',
      amount: i,
      isFraud: i % 10 === 0,
    };
  }
}

/** A replay over a scorer whose answers come a turn of the event loop later, and of which `outcome` decides. */
function setUp(
  outcome: (request: Pick<ScoreRequest, 'id' | 'amount'>) => ScoreResult | Error,
  parts: Partial<ReplayParts> = {},
) {
  const lines: Record<string, unknown>[] = [];
  let outstanding = 0;
  let mostOutstanding = 0;
  const replay = new Replay({
    scorer: {
      score: async (request) => {
        mostOutstanding = Math.max(mostOutstanding, ++outstanding);
        await new Promise((resolve) => setImmediate(resolve));
        outstanding--;
        const answer = outcome(request);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    features: { next: () => FEATURES },
    labels: new DelayedLabels(1e12, () => true),
    clock: new ManualClock(),
    stop: new AbortController().signal,
    output: { write: (line) => void lines.push({ ...line }), room: () => undefined },
    ...parts,
  });
  return { replay, lines, outstanding: () => ({ now: outstanding, most: mostOutstanding }) };
}

describe('Replay', () => {
  it('writes a line for each transaction, and answers all before it is done', async () => {
    const { replay, lines, outstanding } = setUp(({ id, amount }) => result(id, (amount ?? 0) / 100));
    await replay.run(transactions(100));
    expect(outstanding().now).toBe(0);
    expect(lines.map(({ id }) => id).sort()).toEqual(Array.from({ length: 100 }, (_, i) => `t${i}`).sort());
    expect(lines.find(({ id }) => id === 't90')).toEqual({
      id: 't90',
      decision: 'BLOCK',
      probability: 0.9,
      risk: 0.9,
      level: 'HIGH',
    });
    expect(replay.tally.decisions).toEqual({ APPROVE: 81, REVIEW: 0, BLOCK: 19 });
    expect(replay.tally.confusion).toEqual({
      truePositives: 1,
      falsePositives: 18,
      trueNegatives: 72,
      falseNegatives: 9,
    });
  });

  it('keeps a customer with its version where versions have shares, and writes who answered', async () => {
    const options: (ScoreOptions | undefined)[] = [];
    const scorer: ReplayParts['scorer'] = {
      score: async (request, given) => {
        options.push(given);
        return result((request as ScoreRequest).id, 0.1);
      },
    };
    const { replay, lines } = setUp(() => result('unused', 0), { scorer, hasShares: true });
    await replay.run(transactions(2));
    expect(options).toEqual([{ routingKey: 'c' }, { routingKey: 'c' }]);
    expect(lines.map(({ version }) => version)).toEqual(['1', '1']);
  });

  it('never has more than 2,048 in flight, however many there are and however slow the answers', async () => {
    const { replay, lines, outstanding } = setUp(({ id }) => result(id, 0.1));
    await replay.run(transactions(10_000));
    expect(lines).toHaveLength(10_000);
    expect(outstanding().most).toBe(2_048);
  });

  it('writes a line with the code for a transaction that could not be scored, and goes on', async () => {
    const { replay, lines } = setUp(({ id }) => (id === 't3' ? new DeadlineExceededError(1_000) : result(id, 0.1)));
    await replay.run(transactions(5));
    expect(lines).toHaveLength(5);
    expect(lines.find(({ id }) => id === 't3')).toEqual({
      id: 't3',
      decision: null,
      probability: null,
      risk: null,
      level: null,
      error: 'ERR_DEADLINE_EXCEEDED',
    });
    expect(replay.tally).toMatchObject({ scored: 4, failed: 1 });
    expect([...replay.tally.errors]).toEqual([['ERR_DEADLINE_EXCEEDED', 1]]);
  });

  it('sends no more than its limit, and reads no further', async () => {
    const { replay, lines } = setUp(({ id }) => result(id, 0.1), { limit: 3 });
    let read = 0;
    const counted = async function* (): AsyncGenerator<Transaction> {
      for await (const transaction of transactions(10)) {
        read++;
        yield transaction;
      }
    };
    await replay.run(counted());
    expect({ lines: lines.length, read }).toEqual({ lines: 3, read: 3 });
  });

  it('stops sending when it is told to, and waits for the answers of what was sent', async () => {
    const stop = new AbortController();
    const { replay, lines, outstanding } = setUp(({ id }) => result(id, 0.1), { stop: stop.signal });
    const stopping = async function* (): AsyncGenerator<Transaction> {
      for await (const transaction of transactions(10)) {
        if (transaction.transactionId === 't4') stop.abort();
        yield transaction;
      }
    };
    await replay.run(stopping());
    expect(lines).toHaveLength(4);
    expect(outstanding().now).toBe(0);
  });

  it("fails with its source's error after everything that was sent is answered", async () => {
    const { replay, lines, outstanding } = setUp(({ id }) => result(id, 0.1));
    const broken = async function* (): AsyncGenerator<Transaction> {
      yield* transactions(3);
      throw new Error('bad row');
    };
    await expect(replay.run(broken())).rejects.toThrow('bad row');
    expect(lines).toHaveLength(3);
    expect(outstanding().now).toBe(0);
  });

  it('does not report a defect in its callbacks as a transaction that could not be scored', async () => {
    const { replay } = setUp(() => new TypeError('a defect'));
    await expect(replay.run(transactions(3))).rejects.toThrow('a defect');
  });

  it('measures at a rate from when each was due, so that a sender that falls behind cannot hide it', async () => {
    const clock = new ManualClock();
    const stallsOnce = {
      next: ({ transactionId }: Transaction) => {
        if (transactionId === 't1') clock.nowMs += 500;
        return FEATURES;
      },
    };
    // The answers themselves take no time at all: every millisecond is the wait of those that queue up behind the stall.
    const { replay } = setUp(({ id }) => result(id, 0.1), { clock, ratePerSecond: 1_000, features: stallsOnce });
    await replay.run(transactions(100));
    const times = replay.responseTimes.percentilesMs;
    expect(times?.max).toBeCloseTo(500, -1);
    expect(times?.p50).toBeCloseTo(450, -1);
  });
});
