import { describe, expect, it } from 'vitest';
import { rankingQuality } from '../../../examples/replay/ranking-quality.js';

/** The expected values named sklearn were computed with scikit-learn 1.2.1: roc_auc_score and average_precision_score. */
function quality(labels: readonly number[], scores: readonly number[]) {
  const fraud = scores.filter((_, i) => labels[i] === 1);
  const legitimate = scores.filter((_, i) => labels[i] === 0);
  return rankingQuality(Float32Array.from(fraud), Float32Array.from(legitimate));
}

describe('rankingQuality', () => {
  it('agrees with a ranking worked out by hand', () => {
    // Of the four pairs, (0.35, 0.4) alone is the wrong way round; precision is 1 at 0.8, and 2/3 where 0.35 is reached.
    const { rocAuc, averagePrecision } = quality([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
    expect(rocAuc).toBe(3 / 4);
    expect(averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
  });

  it('counts a tie between a fraud and a legitimate transaction as half a pair, and as one threshold', () => {
    const { rocAuc, averagePrecision } = quality([0, 1, 1, 0, 1, 0, 0, 1], [0.5, 0.5, 0.9, 0.1, 0.5, 0.9, 0.2, 0.1]);
    expect(rocAuc).toBeCloseTo(0.5625, 12); // sklearn
    expect(averagePrecision).toBeCloseTo(0.55, 12); // sklearn
  });

  it('gives a random score one half, and the share of fraud', () => {
    expect(quality([0, 1, 0, 0], [0.3, 0.3, 0.3, 0.3])).toEqual({ rocAuc: 0.5, averagePrecision: 0.25 });
  });

  it('gives a perfect ranking 1 and the reverse of one 0', () => {
    expect(quality([0, 0, 1], [0.1, 0.2, 0.9])).toEqual({ rocAuc: 1, averagePrecision: 1 });
    expect(quality([1, 0, 0], [0.1, 0.2, 0.9])).toEqual({ rocAuc: 0, averagePrecision: 1 / 3 });
  });

  it('agrees with sklearn on a thousand scores of which most are tied', () => {
    const labels: number[] = [];
    const scores: number[] = [];
    let state = 12_345n;
    const random = (): number => {
      state = (1_103_515_245n * state + 12_345n) % 2_147_483_648n;
      return Number(state) / 2_147_483_648;
    };
    for (let i = 0; i < 1_000; i++) {
      const fraud = random() < 0.05;
      labels.push(fraud ? 1 : 0);
      scores.push(Math.floor((random() * 0.7 + (fraud ? 0.3 : 0)) * 50) / 50);
    }
    const { rocAuc, averagePrecision } = quality(labels, scores);
    expect(rocAuc).toBeCloseTo(0.8410071125907991, 12); // sklearn
    expect(averagePrecision).toBeCloseTo(0.5955227707347911, 12); // sklearn
  });

  it('gives null if there is nothing to compare', () => {
    expect(quality([], [])).toEqual({ rocAuc: null, averagePrecision: null });
    expect(quality([0, 0], [0.1, 0.2])).toEqual({ rocAuc: null, averagePrecision: null });
    // Without a legitimate transaction every precision is 1, but there is no pair to rank.
    expect(quality([1, 1], [0.1, 0.2])).toEqual({ rocAuc: null, averagePrecision: 1 });
  });

  it('does not reorder the given scores', () => {
    const fraud = Float32Array.of(0.9, 0.1);
    rankingQuality(fraud, Float32Array.of(0.5, 0.4));
    expect([...fraud]).toEqual([Math.fround(0.9), Math.fround(0.1)]);
  });
});
