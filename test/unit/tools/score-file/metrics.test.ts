import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestThresholds, thresholdBelow } from '../../../../src/tools/score-file/metrics/best-thresholds.js';
import { Cumulative } from '../../../../src/tools/score-file/metrics/cumulative.js';
import { curvesOf } from '../../../../src/tools/score-file/metrics/curves.js';
import type { Costs } from '../../../../src/tools/score-file/metrics/money-saved.js';
import { areaUnderRoc, averagePrecision } from '../../../../src/tools/score-file/metrics/ranking.js';
import type { ScoreGroups } from '../../../../src/tools/score-file/metrics/score-groups.js';
import { ScoreTally, type ScoreTallyLimits } from '../../../../src/tools/score-file/metrics/score-tally.js';
import { outcomeAt, thresholdTable } from '../../../../src/tools/score-file/metrics/threshold-table.js';

type Row = readonly [score: number, isFraud: boolean, amount: number];

function groupsOf(rows: readonly Row[], limits?: Partial<ScoreTallyLimits>): ScoreGroups {
  const tally = new ScoreTally(limits);
  for (const row of rows) tally.add(...row);
  return tally.groups();
}

/** Few scores, so that many are equal. */
const rows = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8),
    fc.boolean(),
    fc.integer({ min: 0, max: 50 }),
  ),
  { maxLength: 60 },
);
const someRows = [
  [0.9, true, 100],
  [0.8, false, 40],
  [0.7, true, 60],
  [0.7, false, 30],
  [0.2, false, 20],
  [0.1, true, 10],
  [0.1, false, 10],
] satisfies Row[];

describe('areaUnderRoc', () => {
  it('counts a pair of equal scores half', () => {
    // Of 3 × 4 pairs: 0.9 beats four, 0.7 beats two and ties with one, 0.1 ties with one.
    expect(areaUnderRoc(groupsOf(someRows))).toBeCloseTo((4 + 2 + 0.5 + 0.5) / 12, 12);
  });

  it('is null where there is no fraud, or nothing else', () => {
    expect(areaUnderRoc(groupsOf([]))).toBeNull();
    expect(areaUnderRoc(groupsOf([[0.5, false, 1]]))).toBeNull();
    expect(areaUnderRoc(groupsOf([[0.5, true, 1]]))).toBeNull();
  });

  it('agrees with a count of all pairs', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const frauds = rows.filter(([, isFraud]) => isFraud);
        const goods = rows.filter(([, isFraud]) => !isFraud);
        let pairs = 0;
        for (const [fraud] of frauds) for (const [good] of goods) pairs += fraud > good ? 1 : fraud === good ? 0.5 : 0;
        const expected = pairs / (frauds.length * goods.length);
        const area = areaUnderRoc(groupsOf(rows, { bufferRows: 7 }));
        if (Number.isNaN(expected)) expect(area).toBeNull();
        else expect(area).toBeCloseTo(expected, 12);
      }),
    );
  });
});

describe('averagePrecision', () => {
  it('is what scikit-learn gives', () => {
    // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), from its documentation.
    const documented: Row[] = [
      [0.1, false, 0],
      [0.4, false, 0],
      [0.35, true, 0],
      [0.8, true, 0],
    ];
    expect(averagePrecision(groupsOf(documented))).toBeCloseTo(0.8333333333333333, 12);
    // By hand: a third of the frauds at precision 1, a third at 2/4, a third at 3/7.
    expect(averagePrecision(groupsOf(someRows))).toBeCloseTo((1 + 2 / 4 + 3 / 7) / 3, 12);
  });

  it('is null without a fraud', () => {
    expect(averagePrecision(groupsOf([[0.5, false, 1]]))).toBeNull();
  });

  it('agrees with its definition, threshold by threshold', () => {
    fc.assert(
      fc.property(rows, (rows) => {
        const frauds = rows.filter(([, isFraud]) => isFraud).length;
        let sum = 0;
        let recall = 0;
        for (let eighths = 8; eighths >= 0; eighths -= 1) {
          const taken = rows.filter(([score]) => score >= eighths / 8);
          const caught = taken.filter(([, isFraud]) => isFraud).length;
          if (taken.length > 0) sum += (caught / frauds - recall) * (caught / taken.length);
          recall = caught / frauds;
        }
        const precision = averagePrecision(groupsOf(rows, { bufferRows: 5 }));
        if (frauds === 0) expect(precision).toBeNull();
        else expect(precision).toBeCloseTo(sum, 12);
      }),
    );
  });
});

/** What becomes of the rows, one by one. */
function naiveSaved(rows: readonly Row[], review: number, block: number, { reviewCost, blockCost }: Costs): number {
  let saved = 0;
  for (const [score, isFraud, amount] of rows) {
    if (score > block) saved += isFraud ? amount : -blockCost * amount;
    else if (score > review) saved += (isFraud ? amount : 0) - reviewCost;
  }
  return saved;
}

describe('thresholdTable', () => {
  const costs = { reviewCost: 5, blockCost: 1 };

  it('tells what is blocked and reviewed, precision, detection rate and the money saved', () => {
    const [row] = thresholdTable(new Cumulative(groupsOf(someRows)), [0.5], 0.75, costs);
    expect(row).toEqual({
      reviewProbability: 0.5,
      blockProbability: 0.75,
      blockedShare: 2 / 7,
      reviewedShare: 2 / 7,
      precision: 2 / 4,
      detectionRate: 2 / 3,
      falsePositiveRate: 2 / 4,
      saved: 160 - 2 * 5 - 40,
    });
  });

  it('blocks all above a threshold that is higher than the one for blocking', () => {
    const [row] = thresholdTable(new Cumulative(groupsOf(someRows)), [0.85], 0.75, costs);
    expect(row).toMatchObject({ blockProbability: 0.85, blockedShare: 1 / 7, reviewedShare: 0, saved: 100 });
  });

  it('compares in float32, above and not at', () => {
    const cumulative = new Cumulative(groupsOf([[Math.fround(0.1), true, 1]]));
    expect(outcomeAt(cumulative, { reviewProbability: 0.1, blockProbability: 0.1 }, null)).toMatchObject({
      blockedShare: 0,
    });
    expect(outcomeAt(cumulative, { reviewProbability: 0.09, blockProbability: 0.1 }, null)).toMatchObject({
      reviewedShare: 1,
      saved: null,
    });
  });

  it('has no ratio without a denominator', () => {
    const [row] = thresholdTable(new Cumulative(groupsOf([])), [0.5], 0.8, null);
    expect(row).toMatchObject({ blockedShare: null, reviewedShare: null, precision: null, detectionRate: null });
  });

  it('agrees with a count of the rows one by one', () => {
    const eighths = fc.integer({ min: 0, max: 8 }).map((count) => count / 8);
    fc.assert(
      fc.property(rows, eighths, eighths, (rows, one, other) => {
        const [review, block] = [Math.min(one, other), Math.max(one, other)];
        const cumulative = new Cumulative(groupsOf(rows, { bufferRows: 7 }));
        const outcome = outcomeAt(cumulative, { reviewProbability: review, blockProbability: block }, costs);
        expect(outcome.saved).toBeCloseTo(naiveSaved(rows, review, block, costs), 9);
        const blocked = rows.filter(([score]) => score > block).length;
        expect(outcome.blockedShare).toEqual(rows.length === 0 ? null : blocked / rows.length);
      }),
    );
  });
});

describe('bestThresholds', () => {
  it('finds the pair that saves most', () => {
    // Blocking 0.9 saves 100. Reviewing down to 0.7 costs 15 and finds 60; down to 0.1 it would cost 15 more and find 10.
    const best = bestThresholds(new Cumulative(groupsOf(someRows)), { reviewCost: 5, blockCost: 1 });
    expect(best).toEqual({ reviewProbability: 0.3, blockProbability: 0.81, saved: 145 });
  });

  it('stops nothing where a review costs more than any fraud, and a block more than it saves', () => {
    const best = bestThresholds(
      new Cumulative(
        groupsOf([
          [0.5, true, 1],
          [0.5, false, 9],
        ]),
      ),
      { reviewCost: 10, blockCost: 1 },
    );
    expect(best).toEqual({ reviewProbability: 1, blockProbability: 1, saved: 0 });
  });

  it('saves nothing without rows', () => {
    const best = bestThresholds(new Cumulative(groupsOf([])), { reviewCost: 1, blockCost: 1 });
    expect(best).toMatchObject({ saved: 0 });
  });

  it('saves as much as the best of all pairs, tried one by one', () => {
    const costs = fc.record({
      reviewCost: fc.integer({ min: 0, max: 20 }),
      blockCost: fc.constantFrom(0, 0.25, 1),
    });
    fc.assert(
      fc.property(rows, costs, (rows, costs) => {
        const best = bestThresholds(new Cumulative(groupsOf(rows)), costs);
        let most = Number.NEGATIVE_INFINITY;
        for (let block = 0; block <= 8; block += 1) {
          for (let review = 0; review <= block; review += 1) {
            most = Math.max(most, naiveSaved(rows, review / 8, block / 8, costs));
          }
        }
        expect(best.saved).toBeCloseTo(most, 9);
        const { reviewProbability, blockProbability } = best;
        expect(reviewProbability).toBeLessThanOrEqual(blockProbability);
        expect(naiveSaved(rows, reviewProbability, blockProbability, costs)).toBeCloseTo(most, 9);
      }),
    );
  });
});

describe('thresholdBelow', () => {
  it('is a short number between two scores', () => {
    const scores = Float32Array.of(0.123456, 0.1240001, 0.9);
    expect([0, 1, 2, 3].map((place) => thresholdBelow(scores, place))).toEqual([0, 0.124, 0.2, 1]);
  });

  it('tells two neighbouring float32 values apart', () => {
    const next = 0.5 + 2 ** -24;
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1, noNaN: true }), (low) => {
        const scores = Float32Array.of(low, 1);
        const threshold = thresholdBelow(scores, 1);
        fc.pre(low < 1);
        expect(Math.fround(threshold)).toBeGreaterThanOrEqual(low);
        expect(Math.fround(threshold)).toBeLessThan(1);
      }),
    );
    expect(Math.fround(thresholdBelow(Float32Array.of(0.5, next), 1))).toBe(0.5);
  });
});

describe('ScoreTally', () => {
  it('gives the same groups however often it sorts its rows in', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (rows, bufferRows) => {
        expect(groupsOf(rows, { bufferRows })).toEqual(groupsOf(rows));
      }),
    );
  });

  it('puts neighbouring scores together where there are too many', () => {
    const tally = new ScoreTally({ maxGroups: 100, bufferRows: 64 });
    const naive: Row[] = [];
    for (let row = 0; row < 5_000; row += 1) {
      const score = Math.fround((row * 0.618034) % 1);
      const isFraud = (row * 0.414214) % 1 < score;
      tally.add(score, isFraud, 1);
      naive.push([score, isFraud, 1]);
    }
    const groups = tally.groups();
    expect(tally.isExact).toBe(false);
    expect(groups.scores.length).toBeLessThanOrEqual(100);
    expect(groups.good.reduce((a, b) => a + b) + groups.fraud.reduce((a, b) => a + b)).toBe(5_000);
    expect([...groups.scores]).toEqual([...groups.scores].sort((a, b) => a - b));
    expect(areaUnderRoc(groups)).toBeCloseTo(areaUnderRoc(groupsOf(naive)) ?? Number.NaN, 2);
  });

  it('is exact below its limit', () => {
    const tally = new ScoreTally({ maxGroups: 4, bufferRows: 1 });
    for (const score of [0.5, 0.25, 0.75, 1, 0.25]) tally.add(score, false, 0);
    expect(tally.isExact).toBe(true);
    expect([...tally.groups().scores]).toEqual([0.25, 0.5, 0.75, 1]);
  });
});

describe('curvesOf', () => {
  it('runs from nothing to all', () => {
    const { roc, precisionRecall, detectionRate, savedByBlock } = curvesOf(new Cumulative(groupsOf(someRows)), {
      reviewCost: 5,
      blockCost: 1,
    });
    expect(roc[0]).toEqual([0, 0]);
    expect(roc.at(-1)).toEqual([1, 1]);
    expect(roc).toContainEqual([1 / 4, 1 / 3]);
    expect(precisionRecall[0]).toEqual([1 / 3, 1]);
    expect(precisionRecall.at(-1)).toEqual([1, 3 / 7]);
    expect(detectionRate[0]).toEqual([0, 1]);
    expect(savedByBlock).toContainEqual([0.85, 100]);
  });

  it('has few points, and no hole, of a million scores', () => {
    const rows = Array.from({ length: 20_000 }, (_, row): Row => [row / 20_000, row % 100 === 0, 1]);
    const { roc } = curvesOf(new Cumulative(groupsOf(rows)), null);
    expect(roc.length).toBeLessThan(1_100);
    for (let at = 1; at < roc.length; at += 1) {
      const [x, y] = [roc[at]?.[0] ?? 0, roc[at]?.[1] ?? 0];
      expect(x - (roc[at - 1]?.[0] ?? 0)).toBeLessThan(0.01);
      expect(y - (roc[at - 1]?.[1] ?? 0)).toBeLessThan(0.011);
    }
  });
});
