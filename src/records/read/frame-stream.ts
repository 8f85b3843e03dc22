import { Buffer } from 'node:buffer';
import { entryHeadBytes, headFields } from '../format/entry-layout.js';
import { type Frame, frameHeadBytes, frameKinds, frameMark, readFrame } from '../format/frames.js';
import { fileChunks } from './file-chunks.js';
import type { OnFinding } from './findings.js';

/** A frame, and where it begins in its file. */
export interface PlacedFrame {
  kind: number;
  payload: Buffer;
  at: number;
}

/** A header is JSON of a few hundred bytes, and a mask. */
const longestHeader = 16 * 1024 * 1024;

const mark = Buffer.alloc(4);
mark.writeUInt32LE(frameMark);

/** Looks for frames in bytes that come in pieces. Places that hold none are told, up to the next frame. */
export class FrameStream {
  readonly #file: string;
  readonly #onFinding: OnFinding;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where `#bytes` begins in the file. */
  #base = 0;
  /** Where bytes that are no frame begin in the file; −1 where there are none. */
  #damagedFrom = -1;
  /** Whether those are all 0, as a machine that lost its power leaves them at the end. */
  #isZero = true;

  constructor(file: string, onFinding: OnFinding) {
    this.#file = file;
    this.#onFinding = onFinding;
  }

  /** The frames that are whole with these bytes. */
  *push(chunk: Buffer): Generator<PlacedFrame> {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    yield* this.#frames(false);
  }

  /** The frames after which nothing more comes, and the truncated tail. */
  *end(): Generator<PlacedFrame> {
    yield* this.#frames(true);
    const left = this.#bytes.length;
    if (this.#damagedFrom >= 0 && this.#isZero) this.#tellCut(this.#damagedFrom, this.#base + left);
    else this.#tellDamage(this.#base + left);
    this.#bytes = Buffer.alloc(0);
    this.#base += left;
  }

  *#frames(isEnd: boolean): Generator<PlacedFrame> {
    let at = 0;
    while (at < this.#bytes.length) {
      const frame = frameAt(this.#bytes, at);
      if (frame === null) {
        if (!isEnd) break;
        // A frame that was cut, unless a whole one follows: then its length is what is damaged.
        const next = nextFrame(this.#bytes, at + 1);
        if (next === -1) {
          this.#tellTail(at);
          return;
        }
        this.#markDamage(at, next);
        at = next;
      } else if (frame === 'damaged') {
        const next = nextMark(this.#bytes, at + 1);
        this.#markDamage(at, next);
        at = next;
      } else {
        this.#tellDamage(this.#base + at);
        yield { kind: frame.kind, payload: frame.payload, at: this.#base + at };
        at = frame.end;
      }
    }
    this.#bytes = this.#bytes.subarray(at);
    this.#base += at;
  }

  #markDamage(at: number, end: number): void {
    if (this.#damagedFrom < 0) {
      this.#damagedFrom = this.#base + at;
      this.#isZero = true;
    }
    this.#isZero &&= this.#bytes.subarray(at, end).every((byte) => byte === 0);
  }

  #tellDamage(end: number): void {
    const byte = this.#damagedFrom;
    if (byte < 0) return;
    this.#damagedFrom = -1;
    this.#onFinding({ what: 'damaged', file: this.#file, byte, bytes: end - byte, reason: 'no whole frame' });
  }

  #tellTail(at: number): void {
    const byte = this.#base + at;
    const end = this.#base + this.#bytes.length;
    this.#tellDamage(byte);
    this.#tellCut(byte, end);
    this.#base = end;
    this.#bytes = Buffer.alloc(0);
  }

  #tellCut(byte: number, end: number): void {
    this.#damagedFrom = -1;
    this.#onFinding({ what: 'truncated-tail', file: this.#file, byte, bytes: end - byte });
  }
}

/** As `readFrame`, but a length that its payload belies is known at once: not when so many bytes were read. */
function frameAt(bytes: Buffer, at: number): Frame | null | 'damaged' {
  const available = bytes.length - at;
  if (available < frameHeadBytes) {
    const isMark = bytes.subarray(at, at + 4).equals(mark.subarray(0, Math.min(4, available)));
    return isMark ? null : 'damaged';
  }
  const frame = readFrame(bytes, at);
  if (frame !== null) return frame;
  const length = bytes.readUInt32LE(at + 4);
  const kind = bytes.readUInt32LE(at + 12);
  if (kind === frameKinds.header) return length > longestHeader ? 'damaged' : null;
  if (kind !== frameKinds.entry) return null;
  if (length < entryHeadBytes || length % 8 !== 0) return 'damaged';
  const payload = at + frameHeadBytes;
  return available >= frameHeadBytes + 4 && bytes.readUInt32LE(payload + headFields.bytes) !== length
    ? 'damaged'
    : null;
}

/** Where the next mark may begin, or the end where there is none. */
function nextMark(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(mark, from);
  if (found >= 0) return found;
  for (let length = Math.min(3, bytes.length - from); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return bytes.length - length;
  }
  return bytes.length;
}

/** Where the next whole frame begins; −1 where there is none. */
function nextFrame(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(mark, from); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const frame = frameAt(bytes, at);
    if (frame !== null && frame !== 'damaged') return at;
  }
  return -1;
}

/** The frames of a file. @throws {Error} where it can't be read. */
export async function* framesOf(path: string, onFinding: OnFinding): AsyncGenerator<PlacedFrame> {
  const stream = new FrameStream(path, onFinding);
  for await (const chunk of fileChunks(path)) yield* stream.push(chunk);
  yield* stream.end();
}
