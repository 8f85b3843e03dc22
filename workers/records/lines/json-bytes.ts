import { Buffer } from 'node:buffer';
import { jsonNumber } from '../../../src/records/format/feature-values.js';

/** Room at first, in bytes. */
const firstBytes = 256 * 1024;

/** The most that a number takes, with the comma before it. */
const mostNumberBytes = 32;

/** The characters of '0000' to '9999', the first one in the lowest byte. */
const fourDigits = Uint32Array.from({ length: 10_000 }, (_, value) =>
  Buffer.from(String(value).padStart(4, '0')).readUInt32LE(),
);

const characters = { zero: 0x30, minus: 0x2d, point: 0x2e, comma: 0x2c, open: 0x5b, close: 0x5d } as const;

/** Float32 values from here up have a text of 20 places behind the point at most from which the same double is read. Exactly that: see `#float`. */
const leastPlain = 1e-3;
const mostPlain = 2 ** 24;

/**
 * Writes JSON into memory that grows. `JSON.stringify` of an object with a hundred features takes 60 µs; most of that goes into making texts of
 * doubles and objects of texts, which this does without.
 */
export class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #at = 0;
  #start = 0;

  /** How much was written since the last `take`. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Forgets all: what `take` gave may be written over from now on. */
  clear(): void {
    this.#at = 0;
    this.#start = 0;
  }

  /** What was written since the last call. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return taken;
  }

  /** Makes room for what follows. */
  reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    // What was taken stays where it is.
    const written = this.#bytes.subarray(this.#start, this.#at);
    this.#bytes = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + bytes));
    written.copy(this.#bytes);
    this.#start = 0;
    this.#at = written.length;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A text that is JSON already. */
  text(text: string): void {
    this.reserve(3 * text.length);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** A number that has JSON; NaN is null, as `JSON.stringify` has it. */
  number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 1e8 && !Object.is(value, -0)) {
      this.reserve(mostNumberBytes);
      this.#integer(value);
    } else this.text(Number.isFinite(value) ? String(value === 0 ? 0 : value) : 'null');
  }

  /** @param before what comes before the number: a comma, the name and a colon. */
  field(before: string, value: number): void {
    this.text(before);
    this.number(value);
  }

  /** Exact float32 values, in brackets. @param at where the first lies in `values`, in bytes. @param odd what −0 and NaN are written as. */
  floats(values: DataView, at: number, count: number, odd: (value: number) => unknown = jsonNumber): void {
    this.reserve((count + 1) * mostNumberBytes);
    this.#put(characters.open);
    for (let index = 0; index < count; index += 1) {
      if (index > 0) this.#put(characters.comma);
      this.#float(values.getFloat32(at + 4 * index, true), odd);
    }
    this.#put(characters.close);
  }

  /**
   * The digits come from sums and products that are exact: a float32 has 24 bits, of which the lowest counts 2⁻³³ or more here, so that eight digits at
   * a time can be taken off by a product with 10⁸ (19 bits, but for powers of two). What is cut off after the last digit is less than a fifth of
   * half the distance of two doubles, so that readers find the same double.
   */
  #float(value: number, odd: (value: number) => unknown): void {
    const size = value < 0 ? -value : value;
    if (!(size >= leastPlain && size < mostPlain)) {
      this.#odd(value, odd);
      return;
    }
    if (value < 0) this.#put(characters.minus);
    const whole = Math.floor(size);
    this.#integer(whole);
    if (whole !== size) this.#fraction(size - whole, size < 0.1);
  }

  /** @param isSmall whether two more digits are needed. */
  #fraction(fraction: number, isSmall: boolean): void {
    this.#put(characters.point);
    let rest = this.#eightDigits(fraction * 1e8);
    rest = this.#eightDigits(rest * 1e8) * 1e4;
    this.#four(Math.floor(rest));
    if (!isSmall) this.#at -= 2;
    while (this.#bytes[this.#at - 1] === characters.zero) this.#at -= 1;
  }

  /** @returns what is behind the point. */
  #eightDigits(value: number): number {
    const digits = Math.floor(value);
    const high = Math.floor(digits / 10_000);
    this.#four(high);
    this.#four(digits - high * 10_000);
    return value - digits;
  }

  /** Of at least 0 and below 10⁸. */
  #integer(value: number): void {
    if (value < 10) {
      this.#put(characters.zero + value);
      return;
    }
    const high = Math.floor(value / 10_000);
    if (high > 0) this.#leading(high);
    if (high > 0) this.#four(value - high * 10_000);
    else this.#leading(value);
  }

  /** Below 10⁴, without zeros before it. */
  #leading(value: number): void {
    const skipped = value < 10 ? 3 : value < 100 ? 2 : value < 1_000 ? 1 : 0;
    let digits = (fourDigits[value] as number) >>> (8 * skipped);
    for (let count = skipped; count < 4; count += 1) {
      this.#put(digits & 0xff);
      digits >>>= 8;
    }
  }

  #four(value: number): void {
    const digits = fourDigits[value] as number;
    const at = this.#at;
    const bytes = this.#bytes;
    bytes[at] = digits & 0xff;
    bytes[at + 1] = (digits >>> 8) & 0xff;
    bytes[at + 2] = (digits >>> 16) & 0xff;
    bytes[at + 3] = digits >>> 24;
    this.#at = at + 4;
  }

  /** 0, −0, what is no number, and what is very small or large. */
  #odd(value: number, odd: (value: number) => unknown): void {
    if (Object.is(value, 0)) this.#put(characters.zero);
    else this.#at += this.#bytes.write(JSON.stringify(odd(value)), this.#at, 'latin1');
  }

  #put(byte: number): void {
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }
}
