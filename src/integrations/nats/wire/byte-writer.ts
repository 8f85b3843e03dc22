/** Texts up to this length are written by a loop: a call into Node.js costs more. */
const shortText = 40;

/** Writes numbers and texts one after the other into memory that grows. Numbers are little endian. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(size = 4096) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#at = this.#bytes.writeUInt16LE(value, this.#at);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
  }

  f32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** The length in bytes, then the text in UTF-8. */
  text(value: string): void {
    const { length } = value;
    this.#reserve(4 + 3 * length);
    if (length <= shortText && this.#ascii(value)) return;
    const size = this.#bytes.write(value, this.#at + 4, 'utf8');
    this.#at = this.#bytes.writeUInt32LE(size, this.#at) + size;
  }

  /** The length, then the bytes. */
  block(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Writes a number again that was written before, such as a count that is known only now. */
  u16At(at: number, value: number): void {
    this.#bytes.writeUInt16LE(value, at);
  }

  /** A copy of what was written, from a position on. */
  bytes(from = 0): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(from, this.#at));
  }

  /** Takes back what was written after this position. */
  truncate(at: number): void {
    this.#at = at;
  }

  #ascii(value: string): boolean {
    const start = this.#at + 4;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes.writeUInt32LE(value.length, this.#at);
    this.#at = start + value.length;
    return true;
  }

  #reserve(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
