/** A list of float32 numbers that grows: four bytes each, where an array of numbers would take eight and boxes. */
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

  /** What the list holds at present, not a copy. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }
}
