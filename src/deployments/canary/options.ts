import type { CanaryGate } from '../../api/canary.js';
import type { FieldReader } from '../../validation/field-reader.js';

/** Options of a canary, complete and valid. */
export interface CanaryPlan {
  /** In (0, 1], ascending; the first is below 1. */
  steps: readonly [number, ...number[]];
  stepMs: number;
  minRequests: number;
  maxErrorRate: number;
  maxLatencyRatio: number;
  maxBlockRateChange: number;
  gate: CanaryGate | undefined;
}

/** Describes the option `canary`, for error messages. */
export const expectedCanary =
  'an object with steps, stepMs, minRequests, maxErrorRate, maxLatencyRatio, maxBlockRateChange and gate';

const expectedStep = 'shares of the traffic in (0, 1]';

const expectedFirst =
  'a share below 1, at which it is compared with the primary (leave canary out to replace the primary at once)';

/** @param reader the reader of the canary's options. It collects the issues. */
export function readCanaryOptions(reader: FieldReader): CanaryPlan {
  const plan: CanaryPlan = {
    steps: readSteps(reader),
    stepMs: reader.number('stepMs', 600_000, { above: 0, unit: 'milliseconds' }),
    minRequests: reader.number('minRequests', 200, { min: 1, max: 1_000_000, integer: true }),
    maxErrorRate: reader.number('maxErrorRate', 0.01, { min: 0, max: 1 }),
    maxLatencyRatio: reader.number('maxLatencyRatio', 2, { min: 1 }),
    maxBlockRateChange: reader.number('maxBlockRateChange', 0.02, { above: 0, max: 1 }),
    gate: reader.value('gate', "a function that returns 'advance', 'wait' or 'abort', or a promise of one", isGate),
  };
  reader.rejectUnknown();
  return plan;
}

const defaultSteps = [0.05, 0.25, 1] as const;

function readSteps(reader: FieldReader): CanaryPlan['steps'] {
  const issues = reader.issues.total;
  const [first = defaultSteps[0], ...others] = reader.list('steps', expectedStep, isShare) ?? defaultSteps;
  // The list lacks the items that were refused, so its order means nothing.
  if (reader.issues.total > issues) return defaultSteps;
  if (first === 1) reader.reject('steps[0]', expectedFirst, first);
  let before = first;
  for (const [index, share] of others.entries()) {
    if (share < before) reader.reject(`steps[${index + 1}]`, `a share above the one before, which is ${before}`, share);
    before = share;
  }
  return [first, ...others];
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function isGate(value: unknown): value is CanaryGate {
  return typeof value === 'function';
}
