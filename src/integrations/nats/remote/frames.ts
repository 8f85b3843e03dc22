import { noRow } from '../../../requests/request-table.js';
import type { PackedLayout } from '../wire/layout.js';
import type { RemoteNode } from './nodes.js';
import type { OpenRequests } from './open-requests.js';

/** A frame that was sent and not answered. */
export interface Frame {
  readonly id: number;
  readonly node: RemoteNode;
  readonly rows: Int32Array;
  readonly generations: Uint32Array;
  readonly sentAt: number;
  /** When a part of its answer came last; `sentAt` before that. */
  heardAt: number;
  /** 1 for each place whose outcome has come. */
  readonly heard: Uint8Array;
  /** Places whose outcomes have not come. */
  left: number;
  /** Its rows were sent elsewhere, because the node did not answer in time. */
  isGivenUp: boolean;
  /**
   * That time, in ms. A late answer counts as twice as long, so that the limit of a slow node rises, but one pause does not raise it for long.
   */
  readonly limitMs: number;
  /** It has a copy of a row, which no request waits for. */
  readonly isProbe: boolean;
  /** That in which rows were packed; null if none was. */
  readonly layout: PackedLayout | null;
}

/** The frames that were sent and not answered, and which of their rows still wait. */
export class FramesInFlight {
  readonly #open: OpenRequests;
  readonly #frames = new Map<number, Frame>();
  #last = 0;

  constructor(open: OpenRequests) {
    this.#open = open;
  }

  get size(): number {
    return this.#frames.size;
  }

  /** The oldest first. */
  get all(): Frame[] {
    return [...this.#frames.values()];
  }

  get(id: number): Frame | undefined {
    return this.#frames.get(id);
  }

  /** Rows are sent to a node. */
  add(node: RemoteNode, rows: readonly number[], now: number): Frame {
    const { frame, sentAt } = this.#open;
    const added = this.#add(node, rows, now, false);
    for (const row of rows) {
      frame[row] = added.id;
      sentAt[row] = now;
    }
    return added;
  }

  /** A copy of a row is sent to a node, to see whether it answers. What becomes of the row depends on the frame that has it. */
  addProbe(node: RemoteNode, row: number, now: number): Frame {
    return this.#add(node, [row], now, true);
  }

  #add(node: RemoteNode, rows: readonly number[], now: number, isProbe: boolean): Frame {
    this.#last += 1;
    const added: Frame = {
      ...{ id: this.#last, node, rows: Int32Array.from(rows), sentAt: now, heardAt: now, left: rows.length },
      generations: Uint32Array.from(rows, (row) => this.#open.table.generation[row] as number),
      heard: new Uint8Array(rows.length),
      ...{ isGivenUp: false, isProbe, limitMs: node.times.limitMs, layout: node.layout },
    };
    this.#frames.set(added.id, added);
    node.rows += rows.length;
    node.frames += 1;
    node.usedAt = now;
    return added;
  }

  /**
   * A part of its answer has come. Each place counts once, because two nodes that were given the same id both answer.
   *
   * @returns whether all has come.
   */
  hear(frame: Frame, places: readonly number[], now: number): boolean {
    frame.heardAt = now;
    for (const place of places) {
      if (frame.heard[place] === 1) continue;
      frame.heard[place] = 1;
      frame.left -= 1;
    }
    return frame.left === 0;
  }

  /** The frame needs no answer any more. */
  drop(frame: Frame): void {
    if (this.#frames.delete(frame.id) && !frame.isGivenUp) leaveNode(frame);
  }

  /** The node is not counted as busy with the frame any more. Its answer is still taken. */
  giveUp(frame: Frame): void {
    frame.isGivenUp = true;
    leaveNode(frame);
  }

  /** The row at this place; `noRow` if its request is settled. */
  openRow(frame: Frame, place: number): number {
    const row = frame.rows[place] as number;
    return this.#open.table.isCurrent(row, frame.generations[place] as number) ? row : noRow;
  }

  /**
   * The rows that are open, and that no later frame has. Each is looked at when it is asked for: what is done with one may call the host's
   * code, which may settle others.
   */
  *openRows(frame: Frame, order: 'first' | 'last' = 'first'): Generator<number> {
    const { length } = frame.rows;
    for (let step = 0; step < length; step += 1) {
      const row = this.openRow(frame, order === 'first' ? step : length - 1 - step);
      if (row !== noRow && this.#open.frame[row] === frame.id) yield row;
    }
  }

  /**
   * The row goes back to an earlier frame that has it and is not answered, because a slow node may still answer what another did not.
   *
   * @returns whether there is one.
   */
  fallBack(row: number): boolean {
    const latest = this.#open.frame[row];
    for (const frame of this.#frames.values()) {
      if (!frame.isGivenUp || frame.isProbe || frame.id === latest || !frame.rows.includes(row)) continue;
      const place = frame.rows.indexOf(row);
      if (frame.heard[place] === 1 || this.openRow(frame, place) === noRow) continue;
      this.#open.frame[row] = frame.id;
      return true;
    }
    return false;
  }

  /** Whether nobody waits for its answer any more. */
  hasNoOpenRow(frame: Frame): boolean {
    for (let place = 0; place < frame.rows.length; place += 1) if (this.openRow(frame, place) !== noRow) return false;
    return true;
  }
}

function leaveNode({ node, rows }: Frame): void {
  node.rows -= rows.length;
  node.frames -= 1;
}
