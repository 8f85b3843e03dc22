import { FieldReader } from '../validation/field-reader.js';

/**
 * How batches should form for a batch size, in the terms of a server such as Triton. `maxBatchSize` is that of this package's `batching`
 * too, which has no preferred sizes, and finds by measurement whether a delay pays.
 */
export interface DynamicBatchingConfig {
  maxBatchSize: number;
  /** The powers of two up to min(32, maxBatchSize), and maxBatchSize. */
  preferredBatchSizes: number[];
  /** min(0.1 · targetLatencyMs, 0.5) */
  maxQueueDelayMs: number;
}

/**
 * @param batchSize rows; an integer from 1.
 * @param options.targetLatencyMs above 0. @default 50
 * @throws {InvalidOptionsError} where either is not as documented.
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
