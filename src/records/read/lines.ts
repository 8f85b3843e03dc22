import { Buffer } from 'node:buffer';

/** A longer line is none of records: it is left out. */
const longestLine = 64 * 1024 * 1024;

/** A line, and where it begins in the bytes that were pushed. */
export interface Line {
  text: string;
  at: number;
  /** Whether its end is there. */
  isWhole: boolean;
}

const newLine = 10;

/** Splits bytes that come in pieces into lines. */
export class Lines {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #at = 0;
  /** Whether the line that is open is too long. */
  #isTooLong = false;
  readonly #onTooLong: (at: number, bytes: number) => void;

  constructor(onTooLong: (at: number, bytes: number) => void) {
    this.#onTooLong = onTooLong;
  }

  *push(bytes: Buffer): Generator<Line> {
    let from = 0;
    for (let end = bytes.indexOf(newLine); end >= 0; end = bytes.indexOf(newLine, from)) {
      const line = this.#close(bytes.subarray(from, end), 1);
      if (line !== null) yield { ...line, isWhole: true };
      from = end + 1;
    }
    this.#hold(bytes.subarray(from));
  }

  /** The line that was open, if there is one. */
  end(): Line | null {
    const line = this.#close(Buffer.alloc(0), 0);
    return line === null || line.text === '' ? null : { ...line, isWhole: false };
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > longestLine) {
      this.#isTooLong = true;
      this.#held = [];
    } else {
      this.#held.push(bytes);
    }
  }

  /** @returns null where the line was too long. */
  #close(rest: Buffer, ending: number): { text: string; at: number } | null {
    this.#hold(rest);
    const at = this.#at;
    const bytes = this.#heldBytes;
    const text = this.#held.length === 1 ? this.#held[0]?.toString() : Buffer.concat(this.#held).toString();
    const isTooLong = this.#isTooLong;
    this.#at += bytes + ending;
    this.#held = [];
    this.#heldBytes = 0;
    this.#isTooLong = false;
    if (isTooLong) this.#onTooLong(at, bytes);
    return isTooLong ? null : { text: text ?? '', at };
  }
}
