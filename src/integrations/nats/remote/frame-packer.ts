import { noRow } from '../../../requests/request-table.js';
import { ByteWriter } from '../wire/byte-writer.js';
import type { PackedLayout } from '../wire/layout.js';
import { RequestFrame } from '../wire/request-frame.js';
import type { RemoteNode } from './nodes.js';
import type { OpenRequests } from './open-requests.js';

/** What a frame may hold. */
interface FrameLimits {
  rows: number;
  bytes: number;
}

/** Takes waiting requests, and writes them as a frame for a node. */
export class FramePacker {
  readonly #open: OpenRequests;
  readonly #maxFrameRows: number;
  readonly #writer = new ByteWriter(65_536);
  #features = new Float32Array(0);

  constructor(open: OpenRequests, maxFrameRows: number) {
    this.#open = open;
    this.#maxFrameRows = maxFrameRows;
  }

  /**
   * Takes the first waiting rows that have the same node to avoid. One is always taken.
   *
   * @returns `bytes` are valid until the next call.
   */
  pack({ layout }: RemoteNode, most: FrameLimits, now: number): { rows: number[]; bytes: Uint8Array } {
    const { waiting, avoid, rows: contents } = this.#open;
    const frame = new RequestFrame(this.#writer, layout, this.#featuresFor(layout));
    const rows: number[] = [];
    let row = waiting.first;
    const avoided = avoid[row] ?? null;
    while (row !== noRow && rows.length < most.rows && (avoid[row] ?? null) === avoided) {
      if (rows.length > 0 && frame.size + this.#open.sizeOf(row) > most.bytes) break;
      const next = waiting.next(row);
      contents.writeTo(frame, row, layout, this.#open.sentOptions(row, now));
      waiting.remove(row);
      rows.push(row);
      row = next;
    }
    return { rows, bytes: frame.bytes() };
  }

  /** Writes one row that was sent already. @returns bytes that are valid until the next call. */
  copy({ layout }: RemoteNode, row: number, now: number): Uint8Array {
    const frame = new RequestFrame(this.#writer, layout, this.#featuresFor(layout));
    this.#open.rows.writeTo(frame, row, layout, this.#open.sentOptions(row, now));
    return frame.bytes();
  }

  #featuresFor(layout: PackedLayout | null): Float32Array {
    const size = (layout?.row.features ?? 0) * this.#maxFrameRows;
    if (this.#features.length < size) this.#features = new Float32Array(size);
    return this.#features;
  }
}
