import { expect, test } from 'vitest';
import { differencesOf, isNearThreshold, type RowScores } from '../../../bench/gpu/correctness/differences.js';
import { defaultPolicy } from '../../../src/answering/policy.js';

type Row = [fraudProbability: number, riskScore: number, decision: 0 | 1 | 2];

function scores(...rows: Row[]): RowScores {
  return {
    fraudProbability: Float32Array.from(rows, ([probability]) => probability),
    riskScore: Float32Array.from(rows, ([, risk]) => risk),
    decision: Uint8Array.from(rows, ([, , decision]) => decision),
  };
}

const expected = scores([0.1, 0.2, 0], [0.6, 0.2, 1], [0.9, 0.95, 2]);

test('the same scores differ in nothing, and are counted by their decision', () => {
  expect(differencesOf(expected, expected, defaultPolicy)).toEqual({
    ...{ rows: 3, largest: 0, decisions: 0, unexplained: 0, approved: 1, reviewed: 1, blocked: 1 },
  });
});

test('the largest difference of either score counts', () => {
  const received = scores([0.1, 0.2, 0], [0.6, 0.25, 1], [0.9, 0.95, 2]);
  expect(differencesOf(expected, received, defaultPolicy).largest).toBeCloseTo(0.05, 6);
});

test('another decision is forgiven only beside a threshold', () => {
  const near = scores([0.500_05, 0.2, 1]);
  const across = scores([0.499_99, 0.2, 0]);
  expect(differencesOf(near, across, defaultPolicy)).toMatchObject({ decisions: 1, unexplained: 0 });
  const far = scores([0.51, 0.2, 1]);
  expect(differencesOf(far, across, defaultPolicy)).toMatchObject({ decisions: 1, unexplained: 1 });
});

test('the thresholds are those of the policy', () => {
  const policy = { ...defaultPolicy, blockRisk: 0.6 };
  expect(isNearThreshold(0.1, 0.600_04, policy)).toBe(true);
  expect(isNearThreshold(0.1, 0.900_04, policy)).toBe(false);
  expect(isNearThreshold(0.1, 0.900_04, defaultPolicy)).toBe(true);
  expect(isNearThreshold(0.800_2, 0.1, defaultPolicy)).toBe(false);
});

test('a score that is no number is as different as can be', () => {
  const received = scores([0.1, 0.2, 0], [Number.NaN, 0.2, 1], [0.9, 0.95, 2]);
  expect(differencesOf(expected, received, defaultPolicy).largest).toBe(Number.POSITIVE_INFINITY);
});

test('scores of fewer rows are refused', () => {
  expect(() => differencesOf(expected, scores([0.1, 0.2, 0]), defaultPolicy)).toThrow(
    'received: expected the scores of 3 rows, received 1',
  );
});
