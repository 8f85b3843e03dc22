import { describe, expect, it } from 'vitest';
import { armOf, Router } from '../../../../src/deployments/routing.js';
import { bucketOf } from '../../../../src/monitoring/comparison/key-buckets.js';
import { SampleRatio } from '../../../../src/monitoring/comparison/sample-ratio.js';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';

interface Traffic {
  requests: number;
  shares?: readonly [first: number, second: number];
  /** Requests of these keys, drawn anew each time; else no two requests share a key. */
  keys?: number;
  /** Whether a request is counted. */
  keeps?: (arm: 0 | 1 | 2, request: number) => boolean;
}

function record(
  ratio: SampleRatio,
  { requests, shares = [0.1, 0], keys, keeps = () => true }: Traffic,
  seed = 14,
): void {
  const uniform = seededUniform(seed);
  const router = new Router(`salt ${seed}`);
  ratio.setShares(...shares);
  for (let request = 0; request < requests; request += 1) {
    const place = keys === undefined ? uniform() : router.place(`customer-${Math.floor(uniform() * keys)}`);
    const arm = armOf(place, ...shares);
    if (keeps(arm, request)) ratio.record(bucketOf(place), arm);
  }
}

function checked(traffic: Traffic, seed?: number): ReturnType<SampleRatio['check']> {
  const ratio = new SampleRatio();
  record(ratio, traffic, seed);
  return ratio.check();
}

describe('SampleRatio', () => {
  it('is Pearson’s χ² where each request has a key of its own', () => {
    const ratio = new SampleRatio();
    ratio.setShares(0.25, 0);
    const uniform = seededUniform(3);
    for (let request = 0; request < 10_000; request += 1) ratio.record(bucketOf(uniform()), request < 2_600 ? 1 : 0);
    const pearson = 100 ** 2 / 2_500 + 100 ** 2 / 7_500;
    const { chiSquare = 0, p = 0, mismatch } = ratio.check() ?? {};
    expect(chiSquare / pearson).toBeGreaterThan(0.8);
    expect(chiSquare / pearson).toBeLessThanOrEqual(1);
    expect(p).toBeGreaterThan(0.01);
    expect(mismatch).toBe(false);
  });

  it.each([
    ['one challenger', [0.1, 0]],
    ['the second alone', [0, 0.3]],
    ['two challengers', [0.1, 0.3]],
    ['two challengers and no primary', [0.4, 0.6]],
  ] as const)(
    'finds no mismatch where the shares are kept, and one where a twentieth of an arm is lost: %s',
    (_, shares) => {
      expect(checked({ requests: 200_000, shares })?.mismatch).toBe(false);
      const lostArm = shares[1] > 0 ? 2 : 1;
      const keeps = (arm: number, request: number): boolean => arm !== lostArm || request % 20 !== 0;
      expect(checked({ requests: 200_000, shares, keeps })?.mismatch).toBe(true);
    },
  );

  it('follows shares that change', () => {
    const ratio = new SampleRatio();
    for (const shares of [
      [0.05, 0],
      [0.25, 0],
      [0.25, 0.1],
      [0, 0.1],
    ] as const)
      record(ratio, { requests: 50_000, shares });
    expect(ratio.check()?.mismatch).toBe(false);
    ratio.setShares(0.3, 0);
    const uniform = seededUniform(5);
    for (let request = 0; request < 50_000; request += 1) ratio.record(bucketOf(uniform()), uniform() < 0.27 ? 1 : 0);
    expect(ratio.check()?.mismatch).toBe(true);
  });

  it('finds no mismatch where a thousand keys repeat, for which a plain χ² would', () => {
    const keys = 1_000;
    const traffic = { requests: 100_000, keys };
    const results = Array.from({ length: 40 }, (_, seed) => checked(traffic, seed));
    expect(results.filter((result) => result?.mismatch)).toEqual([]);
    // Each key stands for a hundred requests, so a plain χ² is a hundred times larger.
    expect(results.filter((result) => (result?.chiSquare ?? 0) * 100 > 10.83).length).toBeGreaterThan(20);
  });

  it('says nothing without a challenger, or of too few keys', () => {
    expect(new SampleRatio().check()).toBeNull();
    expect(checked({ requests: 10_000, shares: [0, 0] })).toBeNull();
    expect(checked({ requests: 40 })).toBeNull();
    expect(checked({ requests: 10_000, keys: 20 })).toBeNull();
    expect(checked({ requests: 200 })).not.toBeNull();
  });
});
