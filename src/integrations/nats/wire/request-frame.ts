import type { Explain } from '../../../api/request.js';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { FrameError } from './frame-error.js';
import { frameKinds, frameVersion, magic, mostRows } from './kinds.js';
import type { PackedLayout } from './layout.js';
import { unpackValue } from './values.js';

/** What is sent with a request, beside the request itself. */
export interface SentOptions {
  /** The time that is left, in ms; Infinity if there is no limit. undefined: the node's own `timeoutMs` holds. */
  timeoutMs: number | undefined;
  priority: number;
  explain: Explain | undefined;
  routingKey: string | undefined;
}

/** A request as a node reads it from a frame. */
export interface ReceivedRow extends SentOptions {
  /** As `score` takes it; of any form, because the scorer checks it. */
  request: unknown;
}

const flags = { packed: 1, id: 2, amount: 4, routingKey: 8, options: 16, timeout: 32 } as const;
const explains: readonly (Explain | undefined)[] = [undefined, false, true, 'review', 'block'];

/** Writes the head of a frame, and rows behind it. Features of packed rows go to the end. */
export class RequestFrame {
  readonly #writer: ByteWriter;
  readonly #features: Float32Array;
  readonly #layout: PackedLayout | null;
  #rows = 0;
  #packed = 0;

  /** @param features memory for `mostRows` rows of the layout. @param layout that of the node; null: no row is packed. */
  constructor(writer: ByteWriter, layout: PackedLayout | null, features: Float32Array) {
    this.#writer = writer;
    this.#layout = layout;
    this.#features = features;
    writer.truncate(0);
    writer.u8(magic);
    writer.u8(frameVersion);
    writer.u8(frameKinds.score);
    writer.u8(0);
    writer.u32(layout === null ? 0 : layout.hash);
    writer.u16(0);
    writer.u16(0);
  }

  get rows(): number {
    return this.#rows;
  }

  get size(): number {
    return this.#writer.length + this.#packed * (this.#layout?.row.features ?? 0) * 4;
  }

  /** @param row the features in the layout. */
  addPacked(row: Float32Array, id: string | undefined, amount: number | undefined, options: SentOptions): void {
    const length = this.#layout?.row.features ?? 0;
    this.#features.set(row, this.#packed * length);
    this.#packed += 1;
    const bits =
      flags.packed | (id === undefined ? 0 : flags.id) | (amount === undefined ? 0 : flags.amount) | bitsOf(options);
    this.#writer.u8(bits);
    if (id !== undefined) this.#writer.text(id);
    if (amount !== undefined) this.#writer.f64(amount);
    this.#addOptions(options);
  }

  /** @param value the request as `packValue` gives it. */
  addWhole(value: Uint8Array, options: SentOptions): void {
    this.#writer.u8(bitsOf(options));
    this.#writer.block(value);
    this.#addOptions(options);
  }

  bytes(): Uint8Array {
    const writer = this.#writer;
    writer.u16At(8, this.#rows);
    writer.u16At(10, this.#packed);
    const { buffer, byteOffset } = this.#features;
    const size = this.#packed * (this.#layout?.row.features ?? 0) * Float32Array.BYTES_PER_ELEMENT;
    writer.raw(new Uint8Array(buffer, byteOffset, size));
    return writer.bytes();
  }

  #addOptions({ timeoutMs, priority, explain, routingKey }: SentOptions): void {
    this.#rows += 1;
    const writer = this.#writer;
    if (timeoutMs !== undefined) writer.f32(timeoutMs);
    if (routingKey !== undefined) writer.text(routingKey);
    if (priority !== 0 || explain !== undefined) {
      writer.u8(priority + 128);
      writer.u8(explains.indexOf(explain));
    }
  }
}

function bitsOf({ timeoutMs, priority, explain, routingKey }: SentOptions): number {
  return (
    (timeoutMs === undefined ? 0 : flags.timeout) |
    (routingKey === undefined ? 0 : flags.routingKey) |
    (priority !== 0 || explain !== undefined ? flags.options : 0)
  );
}

/** A frame of requests as a node reads it. */
export interface RequestFrameHead {
  rows: number;
  layoutHash: number;
}

/** The rows of a frame, or its layout is not this node's. */
export type ReadFrame = { isOtherLayout: true; rows: number } | { isOtherLayout: false; rows: ReceivedRow[] };

/**
 * Reads a whole frame of requests.
 *
 * @throws {FrameError} if anything of it is not as it should be. Then no row of it is scored.
 */
export function readRequestFrame(bytes: Uint8Array, layout: PackedLayout | null): ReadFrame {
  const reader = new ByteReader(bytes);
  readHead(reader, frameKinds.score);
  reader.u8();
  const hash = reader.u32();
  const rows = reader.u16();
  const packed = reader.u16();
  if (rows === 0 || rows > mostRows || packed > rows) {
    throw new FrameError(`the frame says that it has ${rows} rows, expected 1 to ${mostRows}`);
  }
  if (packed > 0 && hash !== layout?.hash) return { isOtherLayout: true, rows };
  const list: ReceivedRow[] = [];
  const packedRows: ReceivedRow[] = [];
  for (let row = 0; row < rows; row += 1) {
    const received = readRow(reader);
    list.push(received.row);
    if (received.isPacked) packedRows.push(received.row);
  }
  if (packedRows.length !== packed) throw new FrameError('the frame has another number of packed rows than it says');
  if (layout !== null) fill(packedRows, reader.floats(packed * layout.row.features), layout);
  reader.end();
  return { isOtherLayout: false, rows: list };
}

function fill(rows: readonly ReceivedRow[], values: Float32Array, { row: layout }: PackedLayout): void {
  let start = 0;
  for (const row of rows) {
    const features: Record<string, Float32Array> = {};
    for (const { name, size, offset } of layout.inputs) {
      // Defined, because an input may be called `__proto__`.
      const part = values.subarray(start + offset, start + offset + size);
      if (name === '__proto__') Object.defineProperty(features, name, { value: part, enumerable: true });
      else features[name] = part;
    }
    Object.assign(row.request as object, { features });
    start += layout.features;
  }
}

function readRow(reader: ByteReader): { isPacked: boolean; row: ReceivedRow } {
  const bits = reader.u8();
  const isPacked = (bits & flags.packed) !== 0;
  let request: unknown;
  if (isPacked) {
    const own: { id?: string; amount?: number } = {};
    if (bits & flags.id) own.id = reader.text();
    if (bits & flags.amount) own.amount = reader.f64();
    request = own;
  } else {
    request = unpackValue(reader.block());
  }
  const timeoutMs = bits & flags.timeout ? reader.f32() : undefined;
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    throw new FrameError('a row of the frame has no time left, expected milliseconds above 0');
  const routingKey = bits & flags.routingKey ? reader.text() : undefined;
  if (routingKey === '') throw new FrameError('a routing key of the frame is empty');
  let priority = 0;
  let explain: Explain | undefined;
  if (bits & flags.options) {
    priority = reader.u8() - 128;
    const code = reader.u8();
    if (Math.abs(priority) > 10 || code >= explains.length)
      throw new FrameError('an option of the frame is out of range');
    explain = explains[code];
  }
  return { isPacked, row: { request, timeoutMs, priority, explain, routingKey } };
}

/** @throws {FrameError} if it is no frame of this kind and version. */
export function readHead(reader: ByteReader, kind: number): void {
  if (reader.left < 3 || reader.u8() !== magic) throw new FrameError('the message is neither JSON nor a frame');
  const version = reader.u8();
  if (version !== frameVersion) throw new FrameError(`the frame has version ${version}, expected ${frameVersion}`);
  const received = reader.u8();
  if (received !== kind) throw new FrameError(`the frame is of kind ${received}, expected ${kind}`);
}
