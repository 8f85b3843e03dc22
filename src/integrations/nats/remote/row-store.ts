import { writeFeatureRow } from '../../../requests/read-request.js';
import type { PackedLayout } from '../wire/layout.js';
import type { RequestFrame, SentOptions } from '../wire/request-frame.js';
import { packValue } from '../wire/values.js';
import { sendable } from './sendable.js';
import { tooLarge } from './too-large.js';

/** More bytes than the flags, lengths and options of a row take. */
const besideBytes = 128;

/** The features of the open requests that are packed in one layout. It grows with use. */
class FeatureStore {
  readonly layout: PackedLayout;
  /** The most bytes of a row as MessagePack: nine a value, five a list or text. */
  readonly wholeBytes: number;
  #floats: Float32Array;

  constructor(layout: PackedLayout) {
    this.layout = layout;
    this.wholeBytes = layout.row.inputs.reduce((sum, { name, size }) => sum + 10 + 3 * name.length + 9 * size, 0);
    this.#floats = new Float32Array(64 * layout.row.features);
  }

  write(row: number, features: unknown): boolean {
    const { features: length } = this.layout.row;
    const end = (row + 1) * length;
    if (end > this.#floats.length) {
      const grown = new Float32Array(Math.max(end, 2 * this.#floats.length));
      grown.set(this.#floats);
      this.#floats = grown;
    }
    return writeFeatureRow(features, this.layout.row, this.#floats, row * length);
  }

  of(row: number): Float32Array {
    const { features: length } = this.layout.row;
    return this.#floats.subarray(row * length, (row + 1) * length);
  }
}

/** An open request as it will be sent: copied when it comes, because the host may change it afterwards. */
type Stored =
  | { kind: 'packed'; store: FeatureStore; id: string | undefined; amount: number | undefined }
  | { kind: 'whole'; bytes: Uint8Array };

/** The contents of the open requests by row. */
export class RowStore {
  #store: FeatureStore | null = null;
  readonly #rows: (Stored | null)[] = [];

  /** Rows that are added from now on are packed in this layout. */
  use(layout: PackedLayout | null): void {
    if (this.#store?.layout.hash === layout?.hash) return;
    this.#store = layout === null ? null : new FeatureStore(layout);
  }

  /**
   * @returns the id of the request, if it has one.
   * @throws {InvalidRequestError} if it cannot be sent.
   */
  add(row: number, request: unknown, maxBytes: number): string | undefined {
    const store = this.#store;
    if (store !== null) {
      const packed = this.#pack(store, row, request);
      if (packed !== null && sizeOf(packed) <= maxBytes) {
        this.#rows[row] = packed;
        return packed.id;
      }
    }
    const value = sendable(request, maxBytes);
    const bytes = packValue(value);
    if (bytes.length > maxBytes) throw tooLarge(value, bytes.length, maxBytes);
    this.#rows[row] = { kind: 'whole', bytes };
    const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
    return typeof id === 'string' ? id : undefined;
  }

  remove(row: number): void {
    this.#rows[row] = null;
  }

  /** The most bytes that a row takes in a frame of any layout, without its routing key. */
  sizeOf(row: number): number {
    const stored = this.#rows[row];
    return stored === undefined || stored === null ? 0 : sizeOf(stored);
  }

  /** @param layout that of the frame. */
  writeTo(frame: RequestFrame, row: number, layout: PackedLayout | null, options: SentOptions): void {
    const stored = this.#rows[row];
    if (stored === undefined || stored === null) throw new Error(`row ${row}: expected an open request`);
    if (stored.kind === 'whole') {
      frame.addWhole(stored.bytes, options);
      return;
    }
    const { store, id, amount } = stored;
    if (layout !== null && layout.hash === store.layout.hash) frame.addPacked(store.of(row), id, amount, options);
    else frame.addWhole(packValue(sendable(unpacked(stored, row), store.layout.row.features)), options);
  }

  #pack(store: FeatureStore, row: number, request: unknown): (Stored & { kind: 'packed' }) | null {
    try {
      if (typeof request !== 'object' || request === null) return null;
      const { id, amount, features }: { id?: unknown; amount?: unknown; features?: unknown } = request;
      if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > 1_024)) return null;
      if (amount !== undefined && (typeof amount !== 'number' || !Number.isFinite(amount))) return null;
      return store.write(row, features) ? { kind: 'packed', store, id, amount } : null;
    } catch {
      // The host's getter threw. It is read again, and the error says so.
      return null;
    }
  }
}

function sizeOf(stored: Stored): number {
  if (stored.kind === 'whole') return stored.bytes.length + besideBytes;
  return stored.store.wholeBytes + 3 * (stored.id?.length ?? 0) + besideBytes;
}

function unpacked({ store, id, amount }: Stored & { kind: 'packed' }, row: number): unknown {
  const values = store.of(row);
  const features = Object.fromEntries(
    store.layout.row.inputs.map(({ name, size, offset }) => [name, Array.from(values.subarray(offset, offset + size))]),
  );
  return { ...(id === undefined ? {} : { id }), ...(amount === undefined ? {} : { amount }), features };
}
