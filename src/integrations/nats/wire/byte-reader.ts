import { FrameError } from './frame-error.js';

const shortText = 24;

/** Reads what `ByteWriter` wrote. Nothing is read or allocated beyond the end of the bytes. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  f32(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  text(): string {
    const size = this.u32();
    const start = this.#take(size);
    if (size <= shortText) {
      let text = '';
      let index = start;
      for (; index < start + size; index += 1) {
        const code = this.#bytes[index] as number;
        if (code > 127) break;
        text += String.fromCharCode(code);
      }
      if (index === start + size) return text;
    }
    return this.#bytes.toString('utf8', start, start + size);
  }

  /** The bytes of a block, in the same memory. */
  block(): Uint8Array {
    const size = this.u32();
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  /** Float32 values, copied: they may lie at any position here, and the memory of a message is not ours to keep. */
  floats(count: number): Float32Array {
    const start = this.#take(count * Float32Array.BYTES_PER_ELEMENT);
    const values = new Float32Array(count);
    Buffer.from(values.buffer).set(this.#bytes.subarray(start, this.#at));
    return values;
  }

  /** @throws {FrameError} if something is left. */
  end(): void {
    if (this.left > 0) throw new FrameError(`${this.left} bytes are left at the end of the frame`);
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.#bytes.length - at) throw new FrameError(`the frame ends at byte ${this.#bytes.length}, too early`);
    this.#at = at + size;
    return at;
  }
}
