import type { PerformanceSummary } from '../api/summary.js';
import { RequestCounter } from './counts.js';
import { LatencyHistogram } from './latency-histogram.js';
import { ratio } from './ratio.js';

/** Measurements of requests and batches during a period: an interval, a window of intervals, or since the start. */
export class PerformanceRecorder {
  readonly requests = new RequestCounter();
  /** From `score()` to the result, for requests that the model answered. This and the next two are read by others. */
  readonly latency = new LatencyHistogram();
  /** From `score()` to the dispatch of the batch. */
  readonly queue = new LatencyHistogram();
  /** The time a worker took over a batch, counted once for each of its rows. */
  readonly inference = new LatencyHistogram();
  #columnRows = 0;
  #batches = 0;
  #batchRows = 0;
  #maxBatchRows = 0;
  #memorySamples = 0;
  #memorySumGb = 0;
  #maxMemoryGb = 0;
  /** The duration of the intervals in which the model answered anything. */
  #activeMs = 0;
  #activeRows = 0;
  #minRowsPerSecond = Number.POSITIVE_INFINITY;
  #maxRowsPerSecond = 0;

  /** Requests in the latency distributions. */
  get samples(): number {
    return this.latency.count;
  }

  /** Rows that the model answered, also those of `scoreColumns`. */
  get rows(): number {
    return this.latency.count + this.#columnRows;
  }

  /** Whether an interval with answers has ended. */
  get hasThroughput(): boolean {
    return this.#activeMs > 0;
  }

  get p99LatencyMs(): number | null {
    return this.latency.percentile(99);
  }

  /** Requests of one batch that the model answered. See `VersionStats.recordTimes`. */
  recordTimes(enqueuedAt: Float64Array, count: number, sentAt: number, answeredAt: number): void {
    for (let index = 0; index < count; index += 1) {
      this.latency.record(answeredAt - (enqueuedAt[index] as number));
      this.queue.record(sentAt - (enqueuedAt[index] as number));
    }
  }

  /** Rows of a call of `scoreColumns`. */
  recordRows(rows: number): void {
    this.#columnRows += rows;
  }

  recordBatch(rows: number, inferenceMs: number): void {
    this.#batches += 1;
    this.#batchRows += rows;
    if (rows > this.#maxBatchRows) this.#maxBatchRows = rows;
    this.inference.record(inferenceMs, rows);
  }

  recordMemory(memoryGb: number): void {
    this.#memorySamples += 1;
    this.#memorySumGb += memoryGb;
    if (memoryGb > this.#maxMemoryGb) this.#maxMemoryGb = memoryGb;
  }

  /**
   * Ends an interval. Its answers become one sample of the throughput.
   *
   * @param rows the rows of all versions, if this is the recorder of the whole scorer.
   */
  closeInterval(durationMs: number, rows = this.rows): void {
    if (rows === 0 || durationMs <= 0) return;
    const rowsPerSecond = (rows * 1000) / durationMs;
    this.#activeMs = durationMs;
    this.#activeRows = rows;
    this.#minRowsPerSecond = rowsPerSecond;
    this.#maxRowsPerSecond = rowsPerSecond;
  }

  /** Adds measurements of another time. */
  add(other: PerformanceRecorder): void {
    this.addCounts(other);
    this.#activeMs += other.#activeMs;
    this.#activeRows += other.#activeRows;
    this.#minRowsPerSecond = Math.min(this.#minRowsPerSecond, other.#minRowsPerSecond);
    this.#maxRowsPerSecond = Math.max(this.#maxRowsPerSecond, other.#maxRowsPerSecond);
  }

  /** Adds measurements of the same time, without the throughput, because they would not be a sample of it. */
  addCounts(other: PerformanceRecorder): void {
    this.requests.add(other.requests);
    this.latency.add(other.latency);
    this.queue.add(other.queue);
    this.inference.add(other.inference);
    this.#columnRows += other.#columnRows;
    this.#batches += other.#batches;
    this.#batchRows += other.#batchRows;
    this.#maxBatchRows = Math.max(this.#maxBatchRows, other.#maxBatchRows);
    this.#memorySamples += other.#memorySamples;
    this.#memorySumGb += other.#memorySumGb;
    this.#maxMemoryGb = Math.max(this.#maxMemoryGb, other.#maxMemoryGb);
  }

  reset(): void {
    this.requests.reset();
    this.latency.reset();
    this.queue.reset();
    this.inference.reset();
    this.#columnRows = 0;
    this.#batches = 0;
    this.#batchRows = 0;
    this.#maxBatchRows = 0;
    this.#memorySamples = 0;
    this.#memorySumGb = 0;
    this.#maxMemoryGb = 0;
    this.#activeMs = 0;
    this.#activeRows = 0;
    this.#minRowsPerSecond = Number.POSITIVE_INFINITY;
    this.#maxRowsPerSecond = 0;
  }

  summary(): PerformanceSummary {
    const hasThroughput = this.#activeMs > 0;
    return {
      latencyMs: this.latency.summary(),
      queueMs: this.queue.summary(),
      inferenceMs: this.inference.summary(),
      throughputPerSecond: {
        mean: ratio(this.#activeRows * 1000, this.#activeMs),
        min: hasThroughput ? this.#minRowsPerSecond : null,
        max: hasThroughput ? this.#maxRowsPerSecond : null,
      },
      batchSize: { mean: ratio(this.#batchRows, this.#batches), max: this.#batches === 0 ? null : this.#maxBatchRows },
      memoryGb: {
        mean: ratio(this.#memorySumGb, this.#memorySamples),
        max: this.#memorySamples === 0 ? null : this.#maxMemoryGb,
      },
      errorRate: this.requests.errorRate,
      sampleCount: this.samples,
    };
  }
}
