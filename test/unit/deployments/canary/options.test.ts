import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../../../src/errors.js';
import { planOf } from '../../../support/canary-rig.js';

function issuesOf(options: object): string[] {
  try {
    planOf(options);
  } catch (error) {
    if (error instanceof InvalidOptionsError) {
      return error.issues.map(({ path, expected, received }) => `${path}: ${expected}, not ${received}`);
    }
  }
  return [];
}

describe('the options of a canary', () => {
  it('have documented defaults', () => {
    expect(planOf()).toEqual({
      steps: [0.05, 0.25, 1],
      stepMs: 600_000,
      minRequests: 200,
      maxErrorRate: 0.01,
      maxLatencyRatio: 2,
      maxBlockRateChange: 0.02,
      gate: undefined,
    });
  });

  it('take what is documented', () => {
    const gate = () => 'wait' as const;
    const options = {
      steps: [0.1, 0.5],
      stepMs: Number.POSITIVE_INFINITY,
      minRequests: 1,
      maxErrorRate: 0,
      maxLatencyRatio: Number.POSITIVE_INFINITY,
      maxBlockRateChange: 1,
      gate,
    };
    expect(planOf(options)).toEqual(options);
  });

  it.each([
    [{ steps: [] }, 'canary.steps: a list of shares of the traffic in (0, 1], not an array of 0'],
    [{ steps: 0.1 }, 'canary.steps: a list of shares of the traffic in (0, 1], not 0.1'],
    [{ steps: [0, 1] }, 'canary.steps[0]: shares of the traffic in (0, 1], not 0'],
    [{ steps: [0.5, 1.5] }, 'canary.steps[1]: shares of the traffic in (0, 1], not 1.5'],
    [{ steps: [Number.NaN] }, 'canary.steps[0]: shares of the traffic in (0, 1], not NaN'],
    [{ steps: ['0.1'] }, 'canary.steps[0]: shares of the traffic in (0, 1], not "0.1"'],
    [{ steps: [0.5, 0.5] }, 'canary.steps[1]: each value once, not 0.5'],
    [{ steps: [0.5, 0.25, 1] }, 'canary.steps[1]: a share above the one before, which is 0.5, not 0.25'],
    [
      { steps: [1] },
      'canary.steps[0]: a share below 1, at which it is compared with the primary (leave canary out to replace the primary at once), not 1',
    ],
    [{ stepMs: 0 }, 'canary.stepMs: a number of milliseconds above 0, not 0'],
    [{ minRequests: 0.5 }, 'canary.minRequests: an integer of at least 1 and at most 1000000, not 0.5'],
    [{ maxErrorRate: 1.1 }, 'canary.maxErrorRate: a number of at least 0 and at most 1, not 1.1'],
    [{ maxLatencyRatio: 0.5 }, 'canary.maxLatencyRatio: a number of at least 1, not 0.5'],
    [{ maxBlockRateChange: 0 }, 'canary.maxBlockRateChange: a number above 0 and at most 1, not 0'],
    [
      { gate: 'advance' },
      "canary.gate: a function that returns 'advance', 'wait' or 'abort', or a promise of one, not \"advance\"",
    ],
  ])('refuse %o with the field and what is expected', (options, issue) => {
    expect(issuesOf(options)).toEqual([issue]);
  });

  it('refuse a field that is unknown', () => {
    expect(issuesOf({ stepms: 5 })).toEqual([
      expect.stringContaining('canary.stepms: one of steps, stepMs, minRequests'),
    ]);
  });
});
