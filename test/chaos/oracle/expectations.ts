import type { ErrorCode } from '../../../src/index.js';
import type { MarkedKind } from '../faults/fault-board.js';

/** Why a request was sent, which says how it may end. */
export type RequestKind =
  /** An innocent one: whatever happens to workers, the model answers it. */
  | 'plain'
  /** Its deadline is too short, or may be. */
  | 'impatient'
  /** Its signal is aborted at some time. */
  | 'cancelled'
  /** Sent while the queue is being flooded. */
  | 'crowded'
  /** It may be in the hands of a worker that hangs. */
  | 'held'
  /** It may be routed to a version that kills its workers, or lets them hang. */
  | 'risky'
  /** Taken in by a scorer that is closed before it may be answered. */
  | 'closing'
  /** Sent after `close`. */
  | 'late'
  | 'malformed'
  | MarkedKind;

/** How a request may end: answered by the model (its own answer, to the last bit), or with one of these codes. */
export interface Expectation {
  readonly answer: boolean;
  readonly codes: readonly ErrorCode[];
}

export const expectations: Readonly<Record<RequestKind, Expectation>> = {
  plain: { answer: true, codes: [] },
  impatient: { answer: true, codes: ['ERR_DEADLINE_EXCEEDED'] },
  cancelled: { answer: true, codes: ['ERR_ABORTED'] },
  crowded: { answer: true, codes: ['ERR_QUEUE_FULL'] },
  held: { answer: true, codes: ['ERR_WORKER_LOST'] },
  risky: { answer: true, codes: ['ERR_WORKER_LOST', 'ERR_DEADLINE_EXCEEDED'] },
  closing: { answer: true, codes: ['ERR_CLOSED'] },
  late: { answer: false, codes: ['ERR_CLOSED'] },
  malformed: { answer: false, codes: ['ERR_INVALID_REQUEST'] },
  killing: { answer: false, codes: ['ERR_WORKER_LOST'] },
  failing: { answer: false, codes: ['ERR_INFERENCE'] },
  nan: { answer: false, codes: ['ERR_INFERENCE'] },
};
