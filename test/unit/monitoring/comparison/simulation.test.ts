import { describe, expect, it } from 'vitest';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';
import { heavyTailedKeys, noKeys, runExperiment, type SimulatedWorld } from '../../../support/simulated-experiment.js';

/** Of each of the four worlds without a difference, 2,000 together. `SIMULATED_EXPERIMENTS=2000` runs so many of each, in about a minute. */
const experiments = Number(process.env.SIMULATED_EXPERIMENTS ?? 500);

const often = { requestsPerLook: 300, looks: 100 };
const rates = (): readonly [number, number, number] => [0.02, 0.08, 0.001];
const manyKeys = heavyTailedKeys(5_000, 1.5, 0);

/** Worlds without a difference between the versions. */
const equalWorlds: [what: string, world: SimulatedWorld][] = [
  ['requests without keys, a share of 10 %', { ...often, keys: noKeys, shares: () => [0.1, 0], rates }],
  [
    '5,000 keys with a heavy tail, of which some are blocked far more often, a share of 30 %',
    { ...often, keys: manyKeys, shares: () => [0.3, 0.1], rates },
  ],
  [
    'one key with 5 % of the traffic, a share of 30 %',
    { ...often, keys: heavyTailedKeys(5_000, 1.5, 0.05), shares: () => [0.3, 0], rates },
  ],
  [
    'rates that rise while the share is raised from 5 to 25 and 50 %',
    {
      ...often,
      keys: heavyTailedKeys(5_000, 2, 0),
      shares: (passed) => [passed < 0.3 ? 0.05 : passed < 0.6 ? 0.25 : 0.5, 0.1],
      rates: (passed) => [0.01 + 0.03 * passed, 0.05 + 0.05 * passed, 0.001 + 0.01 * passed],
    },
  ],
];

describe('a comparison without a difference', () => {
  it.each(equalWorlds)(
    'claims one in at most 5 % of experiments that are checked 100 times: %s',
    (_, world) => {
      const uniform = seededUniform(2_021);
      let claimed = 0;
      let compared = 0;
      let mismatched = 0;
      for (let experiment = 0; experiment < experiments; experiment += 1) {
        let [claims, compares, mismatches] = [false, false, false];
        runExperiment(world, uniform, ({ comparison, sampleRatio }) => {
          const differences = Object.values(comparison());
          claims ||= differences.some(({ distinguishable }) => distinguishable);
          compares ||= differences.every(({ low, high }) => high - low < 1);
          mismatches ||= sampleRatio()?.mismatch ?? false;
          return 'go on';
        });
        claimed += Number(claims);
        compared += Number(compares);
        mismatched += Number(mismatches);
      }
      expect(claimed).toBeLessThanOrEqual(0.05 * experiments);
      // An interval that says nothing would claim nothing either.
      expect(compared).toBeGreaterThan(0.8 * experiments);
      // p < 0.001 at one look; 100 looks at the same growing sample together are far from 100 independent ones.
      expect(mismatched).toBeLessThanOrEqual(0.03 * experiments);
    },
    600_000,
  );
});

describe('a block rate of 3 % instead of 2 %', () => {
  it.each([
    ['a share of 10 %', 0.1, 5_000, 9_000],
    ['a share of 50 %', 0.5, 8_000, 14_000],
  ])('is found within %s: median and 90th percentile of the challenger’s requests', (_, share, median, most) => {
    const world: SimulatedWorld = {
      keys: noKeys,
      requestsPerLook: 200 / share,
      looks: 100,
      shares: () => [share, 0],
      rates: (_, arm) => [arm === 1 ? 0.03 : 0.02, 0.08, 0.001],
    };
    const uniform = seededUniform(2_021);
    const found: number[] = [];
    for (let experiment = 0; experiment < 100; experiment += 1) {
      let foundAfter = Number.POSITIVE_INFINITY;
      runExperiment(world, uniform, ({ comparison, challengerRequests }) => {
        const { difference, distinguishable } = comparison().block;
        if (!distinguishable) return 'go on';
        expect(difference).toBeGreaterThan(0);
        foundAfter = challengerRequests;
        return 'stop';
      });
      found.push(foundAfter);
    }
    found.sort((one, other) => one - other);
    expect(found[49]).toBeLessThan(median);
    expect(found[89]).toBeLessThan(most);
  });
});
