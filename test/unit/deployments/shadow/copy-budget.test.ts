import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyBudget } from '../../../../src/deployments/shadow/copy-budget.js';

/** A host's event loop: what it does takes time by hand. */
class Loop {
  ms = 0;
  idle = 0;
  readonly now = (): number => this.ms;
  readonly idleMs = (): number => this.idle;

  work(ms: number): void {
    this.ms += ms;
  }

  rest(ms: number): void {
    this.ms += ms;
    this.idle += ms;
  }
}

/**
 * Requests of which each takes the loop some time, and its copy some more.
 *
 * @returns the share that was copied, once what was saved up is spent.
 */
function shareCopied({ perSecond, requestMs, copyMs }: { perSecond: number; requestMs: number; copyMs: number }) {
  const loop = new Loop();
  const budget = new CopyBudget(loop, loop.idleMs, 1_000);
  const perTurn = Math.ceil(perSecond / 1_000);
  let copied = 0;
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (turn === 2_000) copied = 0;
    const end = Math.max((turn + 1) * 1, loop.ms);
    for (let request = 0; request < perTurn; request += 1) {
      loop.work(requestMs);
      if (!budget.hasTime) continue;
      loop.work(copyMs);
      budget.made(1);
      // Its answer, later.
      loop.work(0.001);
      copied += 1;
    }
    if (loop.ms < end) loop.rest(end - loop.ms);
  }
  return copied / (3_000 * perTurn);
}

describe('CopyBudget', () => {
  it('has all requests copied where the event loop has time', () => {
    expect(shareCopied({ perSecond: 50_000, requestMs: 0.002, copyMs: 0.001 })).toBe(1);
  });

  it('gives copies a small share of what the event loop has left', () => {
    // 60 % are taken, and a copy takes 2 µs: 15 % of 0.4 s are 30,000 a second.
    const share = shareCopied({ perSecond: 300_000, requestMs: 0.002, copyMs: 0.001 });
    expect(share * 300_000).toBeGreaterThan(28_000);
    expect(share * 300_000).toBeLessThan(32_000);
  });

  it("makes fewer copies if a model's requests take longer to read", () => {
    const share = shareCopied({ perSecond: 200_000, requestMs: 0.002, copyMs: 0.005 });
    // 15 % of 0.6 s by 6 µs.
    expect(share * 200_000).toBeGreaterThan(14_000);
    expect(share * 200_000).toBeLessThan(16_000);
  });

  it('makes ten thousand copies a second even if the event loop is never idle', () => {
    const loop = new Loop();
    const budget = new CopyBudget(loop, loop.idleMs, 1_000);
    let copied = 0;
    while (loop.ms < 4_000) {
      loop.work(0.005);
      if (!budget.hasTime) continue;
      budget.made(1);
      copied += 1;
    }
    expect(copied).toBeGreaterThan(40_000);
    expect(copied).toBeLessThan(41_500);
  });

  it('saves up the copies for a burst after a quiet time, up to a limit', () => {
    const loop = new Loop();
    const budget = new CopyBudget(loop, loop.idleMs, 1_000);
    loop.rest(60_000);
    let copied = 0;
    while (copied < 2_000 && budget.hasTime) {
      budget.made(1);
      copied += 1;
    }
    expect(copied).toBe(1_000);
  });

  it('never makes more than it has saved up and ten thousand a second, where the loop never rests', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 40, noNaN: true }), { maxLength: 300 }), (steps) => {
        const loop = new Loop();
        const budget = new CopyBudget(loop, loop.idleMs, 100);
        let made = 0;
        for (const ms of steps) {
          loop.work(ms);
          for (let copies = 0; copies < 50 && budget.hasTime; copies += 1) {
            budget.made(1);
            made += 1;
          }
        }
        expect(made).toBeLessThanOrEqual(100 + loop.ms * 10 + 1);
      }),
    );
  });
});
