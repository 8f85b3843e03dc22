/** A growing list of float32 numbers. Each takes four bytes; in an array of numbers it would take eight and be boxed. */
export class Float32List {
  #values = new Float32Array(1_024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float32Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** The current contents of the list, not a copy. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }
}
