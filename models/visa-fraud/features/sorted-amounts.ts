/** A customer's last amounts in ascending order, so that medians and ranks cost a look-up. */
export class SortedAmounts {
  #values: Float64Array;
  #length = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  insert(amount: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    const at = this.#below(amount);
    this.#values.copyWithin(at + 1, at, this.#length);
    this.#values[at] = amount;
    this.#length++;
  }

  /** Takes out one amount that was inserted. */
  remove(amount: number): void {
    const at = this.#below(amount);
    if (this.#values[at] !== amount || at >= this.#length) return;
    this.#values.copyWithin(at, at + 1, this.#length);
    this.#length--;
  }

  /** Share of the amounts that are smaller, with half an amount on either side; 0.5 without any. */
  rank(amount: number): number {
    return (this.#below(amount) + 0.5) / (this.#length + 1);
  }

  /** The amount below which the given share of them lies, or undefined without any. */
  quantile(share: number): number | undefined {
    return this.#length === 0 ? undefined : this.#values[Math.min(this.#length - 1, Math.floor(share * this.#length))];
  }

  #below(amount: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#values[middle] ?? 0) < amount) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
