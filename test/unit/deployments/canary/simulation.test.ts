import { describe, expect, it } from 'vitest';
import { compareBlocks } from '../../../../src/deployments/canary/block-guard.js';
import { ErrorGuard } from '../../../../src/deployments/canary/error-guard.js';
import type { Verdict } from '../../../../src/deployments/canary/verdict.js';
import { LatencyHistogram } from '../../../../src/monitoring/latency-histogram.js';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';
import { CanaryRig, type Traffic } from '../../../support/canary-rig.js';
import { binomial } from '../../../support/random-counts.js';

/** A version as it would be in the long run. */
interface Model {
  failing: number;
  blocking: number;
  slower: 1 | 5;
}

const uniform = seededUniform(1_958);
const champion: Model = { failing: 0.002, blocking: 0.02, slower: 1 };

/** Latencies of one look each: exponential above a floor, so that percentiles of few requests scatter. */
function latenciesOf(slower: number): LatencyHistogram[] {
  return Array.from({ length: 64 }, () => {
    const histogram = new LatencyHistogram();
    for (let request = 0; request < 200; request += 1) histogram.record(slower * (1 - 3 * Math.log(uniform())));
    return histogram;
  });
}

const latencies = { 1: latenciesOf(1), 5: latenciesOf(5) };

function trafficOf({ failing, blocking, slower }: Model, requests: number): Traffic {
  const failed = binomial(uniform, requests, failing);
  const blocked = binomial(uniform, requests - failed, blocking);
  const latency = latencies[slower][Math.floor(uniform() * 64)] ?? 1;
  return { requests, failed, blocked, latency };
}

interface Run {
  verdict: Verdict;
  /** Of the canary, until its end. */
  requests: number;
}

/** A canary from its first step to its end, with the traffic of both by its share. @param perLook requests of both versions. */
function run(challenger: Model, options: object, perLook: number, lookMs = 1_000, primary = champion): Run {
  const rig = new CanaryRig(options);
  let requests = 0;
  for (let look = 0; look < 10_000; look += 1) {
    const own = Math.round(perLook * rig.canary.summary.share);
    requests += own;
    const verdict = rig.serve(trafficOf(challenger, own), trafficOf(primary, perLook - own), lookMs);
    if (rig.canary.isOver) return { verdict, requests };
  }
  throw new Error('the canary never ended');
}

describe('simulated canaries', () => {
  it('promote a version that is equal, in 2,000 of 2,000 runs at the default limits', () => {
    const ends = new Map<string, number>();
    for (let index = 0; index < 2_000; index += 1) {
      const { kind } = run(champion, { stepMs: 20_000 }, 4_000).verdict;
      ends.set(kind, (ends.get(kind) ?? 0) + 1);
    }
    expect([...ends]).toEqual([['promote', 2_000]]);
  });

  it.each([
    [
      'blocks 6 % where the primary blocks 2 %',
      { ...champion, blocking: 0.06 },
      champion,
      {},
      'maxBlockRateChange',
      10_000,
    ],
    [
      'blocks 15 % where the primary blocks 5 %, of which 5 % more would do',
      { ...champion, blocking: 0.15 },
      { ...champion, blocking: 0.05 },
      { maxBlockRateChange: 0.05 },
      'maxBlockRateChange',
      5_000,
    ],
    ['is five times slower', { ...champion, slower: 5 }, champion, {}, 'maxLatencyRatio', 600],
    ['fails 5 % of its requests', { ...champion, failing: 0.05 }, champion, {}, 'maxErrorRate', 2_400],
  ] as const)(
    'abort a version that %s, in 200 of 200 runs, by the right guard',
    (_, challenger, primary, options, guard, most) => {
      for (let index = 0; index < 200; index += 1) {
        const { verdict, requests } = run(challenger, options, 4_000, 1_000, primary);
        expect(verdict).toMatchObject({ kind: 'abort', guard });
        expect(requests).toBeLessThanOrEqual(most);
      }
    },
  );

  it('abort bad versions in short steps with few requests too', () => {
    const options = { stepMs: 500, minRequests: 50 };
    const bad = [
      [{ ...champion, blocking: 0.3 }, { ...champion, blocking: 0.1 }, 'maxBlockRateChange'],
      [{ ...champion, slower: 5 }, champion, 'maxLatencyRatio'],
      [{ ...champion, failing: 0.05 }, champion, 'maxErrorRate'],
    ] as const;
    for (const [challenger, primary, guard] of bad) {
      for (let index = 0; index < 100; index += 1) {
        expect(run(challenger, options, 1_000, 250, primary).verdict).toMatchObject({ kind: 'abort', guard });
      }
    }
  });
});

describe('the guards of a canary, looked at each second for ten minutes', () => {
  const seconds = 600;

  it.each([0.001, 0.02, 0.2])(
    'find no difference of blocks between equal versions that block a share of %d',
    (share) => {
      const breaches = countRuns(300, () => {
        const [canary, primary] = [
          { decided: 0, blocked: 0 },
          { decided: 0, blocked: 0 },
        ];
        for (let second = 0; second < seconds; second += 1) {
          canary.blocked += binomial(uniform, 50, share);
          canary.decided += 50;
          primary.blocked += binomial(uniform, 950, share);
          primary.decided += 950;
          if (compareBlocks(canary, primary, 0.02, 200).kind === 'breach') return true;
        }
        return false;
      });
      expect(breaches).toBe(0);
    },
  );

  it.each([
    ['half the limit', 0.005, 0.005],
    ['the limit', 0.01, 0.01],
    ['the limit, where the primary never fails', 0.01, 0],
    ['three times the limit, as the primary does', 0.03, 0.03],
  ])('find no breach where a version fails as often as %s', (_, failing, primaryFailing) => {
    const breaches = countRuns(300, () => {
      const guard = new ErrorGuard(0.01);
      for (let second = 0; second < seconds; second += 1) {
        guard.add(
          { requests: 50, failed: binomial(uniform, 50, failing) },
          { requests: 950, failed: binomial(uniform, 950, primaryFailing) },
        );
        if (guard.breach !== null) return true;
      }
      return false;
    });
    expect(breaches).toBe(0);
  });
});

function countRuns(runs: number, breaks: () => boolean): number {
  let count = 0;
  for (let index = 0; index < runs; index += 1) count += breaks() ? 1 : 0;
  return count;
}
