import { FieldReader } from '../validation/field-reader.js';

/**
 * Batching settings for a batch size, in the terms of a server such as Triton. `maxBatchSize` also fits this package's option `batching`.
 * This package has no preferred sizes, and finds by measurement whether a delay helps.
 */
export interface DynamicBatchingConfig {
  maxBatchSize: number;
  /** The powers of two up to min(32, maxBatchSize), and maxBatchSize. */
  preferredBatchSizes: number[];
  /** min(0.1 · targetLatencyMs, 0.5), in ms. */
  maxQueueDelayMs: number;
}

/**
 * @param batchSize rows; an integer of at least 1.
 * @param options.targetLatencyMs above 0. @default 50
 * @throws {InvalidOptionsError} if either is not valid.
 */
export function dynamicBatchingConfig(
  batchSize: number,
  options: { targetLatencyMs?: number | undefined } = {},
): DynamicBatchingConfig {
  const reader = new FieldReader(options);
  const targetLatencyMs = reader.number('targetLatencyMs', 50, { above: 0, unit: 'milliseconds' });
  reader.rejectUnknown();
  const maxBatchSize = new FieldReader({ batchSize }, '', reader.issues).number('batchSize', Number.NaN, {
    min: 1,
    integer: true,
  });
  reader.throwIfInvalid();
  const powers = [1, 2, 4, 8, 16, 32].filter((size) => size <= maxBatchSize);
  const preferredBatchSizes = powers.includes(maxBatchSize) ? powers : [...powers, maxBatchSize];
  return { maxBatchSize, preferredBatchSizes, maxQueueDelayMs: Math.min(0.1 * targetLatencyMs, 0.5) };
}
