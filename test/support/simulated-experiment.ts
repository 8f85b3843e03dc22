import { armOf } from '../../src/deployments/routing.js';
import { ArmCounts, type ArmOutcome } from '../../src/monitoring/comparison/arm-counts.js';
import { type Comparison, compare } from '../../src/monitoring/comparison/compare.js';
import { bucketOf } from '../../src/monitoring/comparison/key-buckets.js';
import { SampleRatio, type SampleRatioCheck } from '../../src/monitoring/comparison/sample-ratio.js';

/** A population of routing keys: how often each comes, and how often each is blocked. */
export interface Keys {
  /** Keys by index, as often as they come; null where no request has a key. */
  readonly visits: Int32Array | null;
  readonly count: number;
  /** Multiplies the rates of a key; 1 on average over the visits. */
  readonly factors: Float64Array;
}

export interface SimulatedWorld {
  readonly keys: Keys;
  readonly requestsPerLook: number;
  readonly looks: number;
  /** The shares of both challengers, by how much of the experiment has passed, from 0 to 1. */
  readonly shares: (passed: number) => readonly [first: number, second: number];
  /** Probabilities of a block, a review and an error. */
  readonly rates: (passed: number, arm: 0 | 1 | 2) => readonly [block: number, review: number, error: number];
}

export interface Look {
  readonly challengerRequests: number;
  readonly comparison: () => Comparison;
  readonly sampleRatio: () => SampleRatioCheck | null;
}

/** Runs one experiment of the primary and the first challenger. Calls `onLook` after each part of the requests, until it returns 'stop'. */
export function runExperiment(
  world: SimulatedWorld,
  uniform: () => number,
  onLook: (look: Look) => 'stop' | 'go on',
): void {
  const { visits, count, factors } = world.keys;
  // Vitest looks an imported function up at each call, and these are called for each request.
  const [toArm, toBucket] = [armOf, bucketOf];
  const places = Float64Array.from({ length: count }, () => Math.floor(uniform() * 2 ** 32) / 2 ** 32);
  const [primary, challenger, ratio] = [new ArmCounts(), new ArmCounts(), new SampleRatio()];
  let challengerRequests = 0;
  for (let look = 1; look <= world.looks; look += 1) {
    const passed = look / world.looks;
    const [first, second] = world.shares(passed);
    ratio.setShares(first, second);
    primary.setWeight(first / (1 - first - second));
    const rates = [world.rates(passed, 0), world.rates(passed, 1), world.rates(passed, 2)] as const;
    for (let request = 0; request < world.requestsPerLook; request += 1) {
      const key = visits === null ? -1 : (visits[Math.floor(uniform() * visits.length)] ?? 0);
      const place = key < 0 ? uniform() : (places[key] ?? 0);
      const arm = toArm(place, first, second);
      const bucket = toBucket(place);
      const outcome = draw(rates[arm], key < 0 ? 1 : (factors[key] ?? 1), uniform());
      ratio.record(bucket, arm);
      if (arm === 0) primary.record(bucket, outcome);
      else if (arm === 1) {
        challenger.record(bucket, outcome);
        challengerRequests += 1;
      }
    }
    const seen: Look = {
      challengerRequests,
      comparison: () => compare(primary, challenger),
      sampleRatio: () => ratio.check(),
    };
    if (onLook(seen) === 'stop') return;
  }
}

function draw([block, review, error]: readonly [number, number, number], factor: number, u: number): ArmOutcome {
  if (u < error) return 'ERROR';
  if (u < error + block * factor) return 'BLOCK';
  return u < error + (block + review) * factor ? 'REVIEW' : 'APPROVE';
}

export const noKeys: Keys = { visits: null, count: 0, factors: new Float64Array() };

/**
 * Keys whose numbers of visits have a heavy tail (quantiles of a Pareto distribution). Every tenth, the largest first, is blocked and reviewed ten
 * times as often as the others.
 *
 * @param tail the Pareto index: the lower, the heavier the tail.
 * @param largest share of all visits that the largest key has instead; 0 leaves it as it is.
 */
export function heavyTailedKeys(count: number, tail: number, largest: number): Keys {
  const sizes = Float64Array.from({ length: count }, (_, key) => ((key + 0.5) / count) ** (-1 / tail));
  if (largest > 0) sizes[0] = (sumOf(sizes.subarray(1)) * largest) / (1 - largest);
  const total = sumOf(sizes);
  const factors = Float64Array.from({ length: count }, (_, key) => (key % 10 === 0 ? 10 : 1));
  const mean = sumOf(factors.map((factor, key) => (factor * (sizes[key] ?? 0)) / total));
  const visits: number[] = [];
  let reached = 0;
  const entries = 2 ** 18;
  for (let key = 0; key < count; key += 1) {
    reached += ((sizes[key] ?? 0) / total) * entries;
    while (visits.length < Math.round(reached)) visits.push(key);
  }
  return { visits: Int32Array.from(visits), count, factors: factors.map((factor) => factor / mean) };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
