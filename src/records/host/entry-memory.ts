import { Buffer } from 'node:buffer';

/** Views of the memory that an entry is written to. */
export class EntryMemory {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly shorts: Uint16Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.bytes = Buffer.from(memory);
    this.words = new Uint32Array(memory);
    this.shorts = new Uint16Array(memory);
    this.floats = new Float32Array(memory);
    this.doubles = new Float64Array(memory);
  }
}
