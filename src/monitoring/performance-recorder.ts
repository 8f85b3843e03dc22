import type { PerformanceSummary } from '../api/summary.js';
import { RequestCounter, type RequestReading } from './counts.js';
import { decodeHistogram, encodeHistogram } from './histogram-bytes.js';
import { LatencyHistogram } from './latency-histogram.js';
import { ratio } from './ratio.js';

/** The measurements of a recorder, as plain values and bytes. Sums and counts, so that those of several processes can be added up. */
export interface PerformanceReading {
  readonly requests: RequestReading;
  /** Distributions, see `encodeHistogram`. */
  readonly latency: Uint8Array;
  readonly queue: Uint8Array;
  readonly inference: Uint8Array;
  readonly columnRows: number;
  readonly batches: number;
  readonly batchRows: number;
  readonly maxBatchRows: number;
  readonly memorySamples: number;
  readonly memorySumGb: number;
  readonly maxMemoryGb: number;
  readonly activeMs: number;
  readonly activeRows: number;
  /** null if there was no interval with answers. */
  readonly rowsPerSecond: { readonly min: number; readonly max: number } | null;
}

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
  /** Whether the slowest and the fastest second are known. */
  #knowsSeconds = true;

  /** Measurements from another process. @returns null if a distribution cannot be read. */
  static from(reading: PerformanceReading): PerformanceRecorder | null {
    const made = new PerformanceRecorder();
    made.requests.add(RequestCounter.from(reading.requests));
    for (const name of ['latency', 'queue', 'inference'] as const) {
      const histogram = decodeHistogram(reading[name]);
      if (histogram === null) return null;
      made[name].add(histogram);
    }
    made.#columnRows = reading.columnRows;
    made.#batches = reading.batches;
    made.#batchRows = reading.batchRows;
    made.#maxBatchRows = reading.maxBatchRows;
    made.#memorySamples = reading.memorySamples;
    made.#memorySumGb = reading.memorySumGb;
    made.#maxMemoryGb = reading.maxMemoryGb;
    made.#activeMs = reading.activeMs;
    made.#activeRows = reading.activeRows;
    made.#knowsSeconds = reading.rowsPerSecond !== null;
    if (reading.rowsPerSecond === null) return made;
    made.#minRowsPerSecond = reading.rowsPerSecond.min;
    made.#maxRowsPerSecond = reading.rowsPerSecond.max;
    return made;
  }

  get reading(): PerformanceReading {
    const [min, max] = [this.#minRowsPerSecond, this.#maxRowsPerSecond];
    return {
      requests: this.requests.reading,
      latency: encodeHistogram(this.latency),
      queue: encodeHistogram(this.queue),
      inference: encodeHistogram(this.inference),
      columnRows: this.#columnRows,
      batches: this.#batches,
      batchRows: this.#batchRows,
      maxBatchRows: this.#maxBatchRows,
      memorySamples: this.#memorySamples,
      memorySumGb: this.#memorySumGb,
      maxMemoryGb: this.#maxMemoryGb,
      activeMs: this.#activeMs,
      activeRows: this.#activeRows,
      rowsPerSecond: this.hasThroughput && this.#knowsSeconds ? { min, max } : null,
    };
  }

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

  /**
   * Adds measurements of another process, which worked beside this one. So their rates add up. The slowest and the fastest second of both
   * together are not known, because their seconds do not begin together.
   */
  addBeside(other: PerformanceRecorder): void {
    if (other.hasThroughput) {
      if (this.hasThroughput) {
        this.#knowsSeconds = false;
      } else {
        this.#knowsSeconds = other.#knowsSeconds;
        this.#minRowsPerSecond = other.#minRowsPerSecond;
        this.#maxRowsPerSecond = other.#maxRowsPerSecond;
      }
    }
    this.addCounts(other);
    this.#activeMs = Math.max(this.#activeMs, other.#activeMs);
    this.#activeRows += other.#activeRows;
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
    this.#knowsSeconds = true;
  }

  summary(): PerformanceSummary {
    const hasSeconds = this.hasThroughput && this.#knowsSeconds;
    return {
      latencyMs: this.latency.summary(),
      queueMs: this.queue.summary(),
      inferenceMs: this.inference.summary(),
      throughputPerSecond: {
        mean: ratio(this.#activeRows * 1000, this.#activeMs),
        min: hasSeconds ? this.#minRowsPerSecond : null,
        max: hasSeconds ? this.#maxRowsPerSecond : null,
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
