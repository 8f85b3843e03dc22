import { maxWorkers } from '../../../pool/default-workers.js';
import type { Schema } from './value-schema.js';

const probability = { type: 'number', minimum: 0, maximum: 1 } satisfies Schema;
const share = { type: 'number', exclusiveMinimum: 0, maximum: 1 } satisfies Schema;

/** An object with some of these fields, and no others. */
function options(properties: Record<string, Schema>): Exclude<Schema, boolean> {
  return { type: 'object', properties, additionalProperties: false };
}

/** Thresholds of a version alone. */
const policy = options({
  reviewProbability: probability,
  blockProbability: probability,
  reviewRisk: probability,
  blockRisk: probability,
  mediumRisk: probability,
  highRisk: probability,
});

/** As `CanaryOptions`. A function such as `gate` cannot be sent. */
const canary = {
  ...options({
    steps: {
      description: 'Shares of the traffic, each above the one before, and the first below 1',
      type: 'array',
      prefixItems: [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }],
      items: share,
      minItems: 1,
      uniqueItems: true,
    },
    stepMs: { type: 'number', exclusiveMinimum: 0 },
    minRequests: { type: 'integer', minimum: 1, maximum: 1_000_000 },
    maxErrorRate: probability,
    maxLatencyRatio: { type: 'number', minimum: 1 },
    maxBlockRateChange: share,
  }),
  description: 'Raises the share of the version step by step. It says the traffic itself: leave `traffic` out',
};

/** The options of `deploy`, with the directory. */
export const deployRequest: Schema = {
  ...options({
    directory: { type: 'string', minLength: 1, description: 'The path of a model directory, on the server' },
    traffic: { anyOf: [share, { const: 'shadow' }] },
    policy,
    workers: { type: 'integer', minimum: 1, maximum: maxWorkers },
    sample: { ...share, description: "Of a shadow: only with `traffic: 'shadow'`" },
    canary,
  }),
  required: ['directory'],
  dependentSchemas: {
    sample: { required: ['traffic'], properties: { traffic: { const: 'shadow' } } },
    // The first step may stand there too, which nobody needs to know.
    canary: { properties: { traffic: false } },
  },
};
