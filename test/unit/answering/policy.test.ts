import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, defaultPolicy, parsePolicyPatch, riskLevel, roundPolicy } from '../../../src/answering/policy.js';

const policy = roundPolicy(defaultPolicy);
const score = fc.float({ min: 0, max: 1, noNaN: true });
const severity = { APPROVE: 0, REVIEW: 1, BLOCK: 2 };

describe('decide', () => {
  it.each([
    [0.5, 0.5, 'APPROVE'],
    [0.51, 0.1, 'REVIEW'],
    [0.1, 0.51, 'REVIEW'],
    [0.8, 0.9, 'REVIEW'],
    [0.81, 0.1, 'BLOCK'],
    [0.1, 0.91, 'BLOCK'],
    // The notebook let REVIEW overwrite BLOCK here.
    [0.95, 0.6, 'BLOCK'],
    [0.6, 0.95, 'BLOCK'],
  ])('takes probability %d and risk %d to %s', (probability, risk, decision) => {
    expect(decide(Math.fround(probability), Math.fround(risk), policy)).toBe(decision);
  });

  it('never becomes milder as a score rises or a threshold falls', () => {
    const thresholds = fc.record({
      reviewProbability: score,
      blockProbability: score,
      reviewRisk: score,
      blockRisk: score,
      mediumRisk: score,
      highRisk: score,
    });
    fc.assert(
      fc.property(score, score, score, thresholds, (probability, risk, other, any) => {
        const [low, high] = [Math.min(probability, other), Math.max(probability, other)];
        expect(severity[decide(high, risk, any)]).toBeGreaterThanOrEqual(severity[decide(low, risk, any)]);
        const stricter = { ...any, blockRisk: Math.min(any.blockRisk, other) };
        expect(severity[decide(probability, risk, stricter)]).toBeGreaterThanOrEqual(
          severity[decide(probability, risk, any)],
        );
      }),
    );
  });

  it('compares as float32, so that a score exactly at a threshold is not above it', () => {
    expect(decide(Math.fround(0.8), 0, policy)).toBe('REVIEW');
    expect(decide(0, Math.fround(0.9), policy)).toBe('REVIEW');
    expect(riskLevel(Math.fround(0.7), policy)).toBe('MEDIUM');
    expect(riskLevel(Math.fround(0.3), policy)).toBe('LOW');
  });
});

describe('riskLevel', () => {
  it.each([
    [0, 'LOW'],
    [0.31, 'MEDIUM'],
    [0.71, 'HIGH'],
    [1, 'HIGH'],
  ])('takes risk %d to %s', (risk, level) => {
    expect(riskLevel(Math.fround(risk), policy)).toBe(level);
  });
});

describe('parsePolicyPatch', () => {
  it('keeps the thresholds that are given, and names what is wrong with others', () => {
    expect(parsePolicyPatch({ blockRisk: 0.95, highRisk: undefined })).toEqual({ blockRisk: 0.95 });
    expect(() => parsePolicyPatch({ blockRisk: '0.9', block: 1 })).toThrowError(
      /policy\.blockRisk: expected .*policy\.block: expected/,
    );
    expect(() => parsePolicyPatch(undefined)).toThrowError('policy: expected an object of thresholds');
    expect(() => parsePolicyPatch([0.5])).toThrowError('policy: expected an object, received an array of 1');
  });
});
