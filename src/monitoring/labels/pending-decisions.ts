import { labelCodes, PendingPiece, pieceBits, placeMask } from './pending-piece.js';

/** No slot: the end of a list. */
export const noSlot = -1;

/**
 * Decisions by id, in order of arrival. Each has a slot number. This is the order of decision, except for decisions that the host reports
 * from its own records. The order is kept as a linked list, because finding the oldest key of a large `Map` takes longer the more keys were
 * deleted before it.
 */
export class PendingDecisions {
  readonly #pieces: PendingPiece[] = [];
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  #oldest = noSlot;
  #newest = noSlot;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** @returns the slot, or `noSlot`. */
  find(id: string): number {
    return this.#slots.get(id) ?? noSlot;
  }

  /** The columns with a slot's values, at index `slot & placeMask`. */
  pieceOf(slot: number): PendingPiece {
    return this.#pieces[slot >> pieceBits] as PendingPiece;
  }

  /**
   * Takes a slot as the newest, without a label. The caller sets the other values.
   *
   * @param id an id that has no slot yet. It is kept for long, so a flat copy is stored.
   */
  add(id: string): number {
    const slot = this.#free.pop() ?? this.#grow();
    this.#slots.set(id, slot);
    const piece = this.pieceOf(slot);
    piece.id[slot & placeMask] = id;
    piece.label[slot & placeMask] = labelCodes.none;
    this.#append(slot);
    this.#size += 1;
    return slot;
  }

  /** Makes it the newest. */
  renew(slot: number): void {
    this.#unlink(slot);
    this.#append(slot);
  }

  remove(slot: number): void {
    const piece = this.pieceOf(slot);
    const id = piece.id[slot & placeMask] as string;
    this.#slots.delete(id);
    piece.id[slot & placeMask] = null;
    piece.place[slot & placeMask] = null;
    this.#unlink(slot);
    this.#free.push(slot);
    this.#size -= 1;
  }

  /** @returns a slot that was never used. */
  #grow(): number {
    // No slot is free, so the slots in use are the first ones.
    if (this.#size === this.#pieces.length << pieceBits) this.#pieces.push(new PendingPiece());
    return this.#size;
  }

  #append(slot: number): void {
    const piece = this.pieceOf(slot);
    piece.older[slot & placeMask] = this.#newest;
    piece.newer[slot & placeMask] = noSlot;
    if (this.#newest === noSlot) this.#oldest = slot;
    else this.pieceOf(this.#newest).newer[this.#newest & placeMask] = slot;
    this.#newest = slot;
  }

  #unlink(slot: number): void {
    const piece = this.pieceOf(slot);
    const older = piece.older[slot & placeMask] as number;
    const newer = piece.newer[slot & placeMask] as number;
    if (older === noSlot) this.#oldest = newer;
    else this.pieceOf(older).newer[older & placeMask] = newer;
    if (newer === noSlot) this.#newest = older;
    else this.pieceOf(newer).older[newer & placeMask] = older;
  }
}
