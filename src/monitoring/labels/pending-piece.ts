import type { LabelPlace } from './label-place.js';

/** The piece of a slot is `slot >> pieceBits`, and its index there is `slot & placeMask`. */
export const pieceBits = 12;
const pieceSize = 2 ** pieceBits;
export const placeMask = pieceSize - 1;

/** The label of a decision, as far as it is known. */
export const labelCodes = { none: 0, legitimate: 1, fraud: 2 } as const;

/** No place among the recent labels. */
export const notRecent = -1;

/** The stored values of some decisions. It is a struct of arrays, so that no decision is an object. 51 bytes for each. */
export class PendingPiece {
  readonly id: (string | null)[] = new Array<string | null>(pieceSize).fill(null);
  readonly place: (LabelPlace | null)[] = new Array<LabelPlace | null>(pieceSize).fill(null);
  /** On the monotonic clock, which does not jump. */
  readonly decidedAt = new Float64Array(pieceSize);
  /** NaN if it is not known. */
  readonly amount = new Float64Array(pieceSize);
  /** The fraud probability; NaN if it is not known. */
  readonly score = new Float32Array(pieceSize);
  readonly older = new Int32Array(pieceSize);
  readonly newer = new Int32Array(pieceSize);
  /** Place among the recent labels of all versions, or `notRecent`. */
  readonly recent = new Int16Array(pieceSize).fill(notRecent);
  /** Place among the recent labels of its own version, or `notRecent`. */
  readonly recentOfVersion = new Int16Array(pieceSize).fill(notRecent);
  /** 0 APPROVE, 1 REVIEW, 2 BLOCK. */
  readonly decision = new Uint8Array(pieceSize);
  /** One of `labelCodes`. */
  readonly label = new Uint8Array(pieceSize);
  /** 1 if this scorer decided, 0 if the host reported the decision. */
  readonly isOwn = new Uint8Array(pieceSize);
}
