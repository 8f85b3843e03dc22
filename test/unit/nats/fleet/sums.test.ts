import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../src/api/result.js';
import { DeadlineExceededError, InferenceError } from '../../../../src/errors.js';
import type { StatsReading } from '../../../../src/fleet/node-reading.js';
import { statsReadingOf } from '../../../../src/fleet/read-node.js';
import { Sums } from '../../../../src/integrations/nats/fleet/node-sums.js';
import { OutcomeStore } from '../../../../src/monitoring/labels/outcomes.js';
import { ShadowStats } from '../../../../src/monitoring/shadow/shadow-stats.js';
import { VersionStats } from '../../../../src/monitoring/version-stats.js';
import { FakeClock } from '../../../support/fake-clock.js';

const nodes = 3;
const decision = fc.constantFrom<Decision>('APPROVE', 'REVIEW', 'BLOCK');
const request = fc.record({
  node: fc.nat(nodes - 1),
  decision,
  latencyMs: fc.double({ min: 0.01, max: 2_000, noNaN: true }),
  score: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround),
  cents: fc.nat(10_000_000),
  ends: fc.constantFrom('answered', 'answered', 'failed', 'expired'),
  label: fc.constantFrom(null, true, false),
});
const second = fc.array(request, { maxLength: 30 });

/** A scorer's counts, without the scorer. */
class Node {
  readonly clock = new FakeClock();
  readonly outcomes = new OutcomeStore(this.clock, { maxPending: 10_000, ttlMs: 1e9 });
  readonly stats = new VersionStats('1', this.clock, this.outcomes);

  answer(id: string, { decision, latencyMs, score, cents }: { decision: Decision } & Record<string, unknown>): void {
    const result = { fraudProbability: Number(score) };
    this.stats.recordAnswer(
      decision,
      decision === 'BLOCK' ? 'HIGH' : 'LOW',
      id,
      result,
      Float64Array.of(Number(cents) / 100),
    );
    this.stats.recordTimes(Float64Array.of(0), 1, Number(latencyMs) / 2, Number(latencyMs));
    this.stats.recordBatch(1 + (Number(cents) % 5), Number(latencyMs) / 2);
  }

  endSecond(): void {
    this.clock.advance(1_000);
    this.stats.history.advance(this.stats.history.current.rows);
  }

  /** As it arrives from the network. */
  get sent(): StatsReading {
    // A node leaves out the days of its versions, and sends those of all.
    return decode(encode({ ...statsReadingOf(this.stats), labels: this.stats.labels.reading })) as StatsReading;
  }
}

function total(all: readonly Node[]): Sums {
  const sums = new Sums();
  for (const node of all) {
    const read = Sums.from(node.sent);
    if (read === null) throw new Error('expected a reading');
    sums.add(read);
  }
  return sums;
}

describe('the sums of several nodes', () => {
  it('give the summary that one scorer would give that had seen everything', () => {
    fc.assert(
      fc.property(fc.array(second, { minLength: 1, maxLength: 14 }), (seconds) => {
        const one = new Node();
        const fleet = Array.from({ length: nodes }, () => new Node());
        let count = 0;
        for (const requests of seconds) {
          // So that each node is active in each second, as the one is.
          for (const node of fleet) {
            count += 1;
            const busy = { decision: 'APPROVE', latencyMs: 1, score: 0, cents: count } as const;
            for (const each of [node, one]) each.answer(`busy-${count}`, busy);
          }
          for (const { node, ends, label, ...rest } of requests) {
            count += 1;
            const id = `tx-${count}`;
            for (const each of [fleet[node], one]) {
              if (ends === 'answered') each?.answer(id, rest);
              else
                each?.stats.recordError(
                  ends === 'failed' ? new InferenceError('a fault') : new DeadlineExceededError(1),
                );
              if (ends === 'failed') each?.stats.recordFallback('ERR_INFERENCE');
              if (label !== null) each?.outcomes.record({ id, isFraud: label });
            }
          }
          for (const each of [...fleet, one]) each.endSecond();
        }
        const sum = total(fleet).summary();
        const expected = Sums.from(one.sent)?.summary();
        if (expected === undefined) throw new Error('expected a reading');
        // The slowest and the fastest second of all are not known.
        expect(sum.performance.throughputPerSecond).toMatchObject({ min: null, max: null });
        for (const each of [sum, expected]) Object.assign(each.performance.throughputPerSecond, { min: 0, max: 0 });
        expectAlike(sum, expected);
        // What is sent of one gives that one's own summary.
        expect(Sums.from(one.sent)?.summary()).toEqual(one.stats.summary());
      }),
      { numRuns: 60 },
    );
  });

  it('never average percentiles: one slow node of two shows in the total as it is', () => {
    const [fast, slow] = [new Node(), new Node()];
    for (let n = 0; n < 980; n += 1) fast.answer(`f-${n}`, { decision: 'APPROVE', latencyMs: 2, score: 0, cents: 1 });
    for (let n = 0; n < 20; n += 1) slow.answer(`s-${n}`, { decision: 'APPROVE', latencyMs: 100, score: 0, cents: 1 });
    const { latencyMs, sampleCount } = total([fast, slow]).summary().performance;
    expect(sampleCount).toBe(1_000);
    expect(latencyMs.p95).toBeCloseTo(2, 1);
    expect(latencyMs.p99).toBeCloseTo(100, 0);
    expect(latencyMs.mean).toBeCloseTo((980 * 2 + 20 * 100) / 1_000, 9);
    expect(latencyMs.max).toBe(100);
  });

  it('keep the slowest and the fastest second of a node that is the only one with answers', () => {
    const [idle, busy] = [new Node(), new Node()];
    for (let n = 0; n < 50; n += 1) busy.answer(`${n}`, { decision: 'APPROVE', latencyMs: 2, score: 0, cents: 1 });
    for (const node of [idle, busy]) node.endSecond();
    expect(total([idle, busy]).summary().performance.throughputPerSecond).toEqual({ mean: 50, min: 50, max: 50 });
  });

  it('compare shadows over all nodes', () => {
    const pair = fc.tuple(
      decision,
      fc.double({ min: 0, max: 1, noNaN: true }),
      decision,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 60 }), (pairs) => {
        const [one, first, other] = [new ShadowStats(), new ShadowStats(), new ShadowStats()];
        for (const [primary, score, shadow, shadowScore, isFirst] of pairs) {
          for (const stats of [one, isFirst ? first : other]) {
            stats.recordCopied();
            stats.recordPair(primary, score, shadow, shadowScore);
            stats.recordLatency(score * 10);
            if (shadowScore > 0.9) stats.recordDropped('pressure');
          }
        }
        const sum = new ShadowStats();
        for (const { reading } of [first, other]) {
          const read = ShadowStats.from(decode(encode(reading)) as typeof reading);
          if (read === null) throw new Error('expected a reading');
          sum.add(read);
        }
        expectAlike(sum.snapshot(), one.snapshot());
      }),
    );
  });
});

/** The same but for the last digits of numbers: sums of fractions depend on their order. */
function expectAlike(value: unknown, expected: unknown): void {
  expect(alike(value, expected)).toEqual(expected);
}

/** The value, with the expected number in place of each that is near it. */
function alike(value: unknown, expected: unknown): unknown {
  if (typeof value === 'number' && typeof expected === 'number') {
    return Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? expected : value;
  }
  if (typeof value !== 'object' || value === null || typeof expected !== 'object' || expected === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => alike(item, Reflect.get(expected, index)));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, alike(item, Reflect.get(expected, name))]),
  );
}
