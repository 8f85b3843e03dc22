/**
 * Sums over sliding windows of time, kept in buckets of equal width. Only buckets in which something happened
 * take up room, never more than `span / width + 2` of them, and each sum is taken afresh from the buckets: nothing is ever
 * subtracted, so nothing drifts. A window reaches back to the start of the bucket in which it begins.
 */
export class BucketWindow {
  readonly #widthMs: number;
  readonly #stride: number;
  readonly #maxBuckets: number;
  /** Ring of records: the bucket's number, then its sums. */
  #records: Float64Array;
  #capacity = 4;
  #first = 0;
  #length = 0;

  constructor(widthMs: number, spanMs: number, fields: number) {
    this.#widthMs = widthMs;
    this.#stride = fields + 1;
    this.#maxBuckets = Math.ceil(spanMs / widthMs) + 2;
    this.#records = new Float64Array(this.#capacity * this.#stride);
  }

  /** Number of buckets that hold something. */
  get length(): number {
    return this.#length;
  }

  /** Adds one value to each field of the bucket at that time, which must not lie before the newest bucket. */
  add(timestampMs: number, first: number, second = 0, third = 0, fourth = 0): void {
    const bucket = Math.floor(timestampMs / this.#widthMs);
    let offset = this.#length === 0 ? -1 : this.#offset(this.#length - 1);
    if (offset < 0 || this.#records[offset] !== bucket) offset = this.#open(bucket);
    const records = this.#records;
    records[offset + 1] = (records[offset + 1] ?? 0) + first;
    if (this.#stride > 2) records[offset + 2] = (records[offset + 2] ?? 0) + second;
    if (this.#stride > 3) records[offset + 3] = (records[offset + 3] ?? 0) + third;
    if (this.#stride > 4) records[offset + 4] = (records[offset + 4] ?? 0) + fourth;
  }

  /** Writes each field's sum over the buckets that end after the given time. */
  sum(sinceMs: number, into: Float64Array): void {
    into.fill(0);
    const stride = this.#stride;
    const records = this.#records;
    const oldestBucket = Math.floor(sinceMs / this.#widthMs);
    let at = this.#first + this.#length - 1;
    if (at >= this.#capacity) at -= this.#capacity;
    for (let left = this.#length; left > 0; left--) {
      const offset = at * stride;
      if ((records[offset] ?? 0) < oldestBucket) break;
      for (let field = 1; field < stride; field++)
        into[field - 1] = (into[field - 1] ?? 0) + (records[offset + field] ?? 0);
      at = at === 0 ? this.#capacity - 1 : at - 1;
    }
  }

  /** When the oldest bucket ends, or Infinity without any. */
  oldestEndMs(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : ((this.#records[this.#offset(0)] ?? 0) + 1) * this.#widthMs;
  }

  oldest(field: number): number {
    return this.#length === 0 ? 0 : (this.#records[this.#offset(0) + 1 + field] ?? 0);
  }

  dropOldest(): void {
    if (this.#length === 0) return;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#length--;
  }

  #offset(position: number): number {
    const at = this.#first + position;
    return (at >= this.#capacity ? at - this.#capacity : at) * this.#stride;
  }

  #open(bucket: number): number {
    while (this.#length > 0 && (this.#records[this.#offset(0)] ?? 0) <= bucket - this.#maxBuckets) this.dropOldest();
    if (this.#length === this.#capacity) this.#grow();
    const offset = this.#offset(this.#length++);
    this.#records[offset] = bucket;
    this.#records.fill(0, offset + 1, offset + this.#stride);
    return offset;
  }

  #grow(): void {
    const capacity = Math.min(this.#capacity * 2, this.#maxBuckets);
    const records = new Float64Array(capacity * this.#stride);
    const split = this.#first * this.#stride;
    records.set(this.#records.subarray(split));
    records.set(this.#records.subarray(0, split), this.#records.length - split);
    this.#records = records;
    this.#capacity = capacity;
    this.#first = 0;
  }
}
