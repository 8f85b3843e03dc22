import { expect, test } from 'vitest';
import { openLoop } from '../../../bench/load/open-loop.js';
import { PoissonArrivals } from '../../../bench/load/poisson-arrivals.js';

/** Gaps of exactly the mean: −ln(1 − u) is 1 for this u. */
const evenly = (): number => 1 - Math.exp(-1);

/** Numbers in [0, 1) that look random and are the same each time. */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

class SteppedTime {
  now = 0;
  /** What each pause takes, in turn; the last one for all that follow. */
  constructor(private readonly steps: number[]) {}

  async pause(): Promise<void> {
    // What is answered at once is so before any time passes.
    await null;
    this.now += (this.steps.length > 1 ? this.steps.shift() : this.steps[0]) ?? 1;
  }
}

function run(time: SteppedTime, send: (index: number) => Promise<unknown>, random = evenly) {
  return openLoop({ ratePerSecond: 1000, durationMs: 10.5, pace: time, now: () => time.now, random, send });
}

test('arrivals have the requested rate, with the gaps of a Poisson process', () => {
  const arrivals = new PoissonArrivals(1000, 0, seeded());
  const gaps = Array.from({ length: 20_000 }, () => -arrivals.take() + arrivals.next);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(mean).toBeCloseTo(1, 1);
  expect(deviation).toBeCloseTo(1, 1);
});

test('the first arrival has a gap before it, too', () => {
  expect(new PoissonArrivals(1000, 5, evenly).next).toBeCloseTo(6);
});

test('a stall of the generator counts from when each request should have been sent', async () => {
  const time = new SteppedTime([20]);
  const { sent, p50, p999 } = await run(time, async () => null);
  expect(sent).toBe(10);
  expect(p999).toBeCloseTo(19, 0);
  expect(p50).toBeCloseTo(14, 0);
});

test('requests that are due before the end are sent, however late', async () => {
  const time = new SteppedTime([100]);
  const { sent } = await run(time, async () => null);
  expect(sent).toBe(10);
});

test('a request is sent while others are not answered, and all are waited for', async () => {
  const time = new SteppedTime([0.25]);
  const answers: (() => void)[] = [];
  const { sent, failed } = await run(time, (index) => {
    if (index === 9) for (const answer of answers) answer();
    return index === 9 ? Promise.resolve() : new Promise<void>((resolve) => answers.push(resolve));
  });
  expect({ sent, failed }).toEqual({ sent: 10, failed: 0 });
});

test('a request that fails is counted, and has no latency', async () => {
  const time = new SteppedTime([0.25]);
  const report = await run(time, async () => {
    throw new Error('refused');
  });
  expect(report).toMatchObject({ sent: 10, failed: 10, p99: null });
});

test('each answer is reported with the time at which its request was due, however late it was sent', async () => {
  const time = new SteppedTime([20]);
  const told: number[][] = [];
  await openLoop({
    ...{ ratePerSecond: 1000, durationMs: 3.5, pace: time, now: () => time.now, random: evenly },
    send: async () => null,
    onAnswer: (intended, answered) => told.push([Math.round(intended), answered]),
  });
  expect(told).toEqual([
    [1, 20],
    [2, 20],
    [3, 20],
  ]);
});
