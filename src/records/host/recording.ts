import type { OnFull, RecordsSummary } from '../../api/records.js';
import type { PolicyContext, VersionContext } from '../format/contexts.js';
import type { RingMemory } from '../ring/ring-memory.js';

/** Which shares of the decisions are recorded, each in [0, 1]. */
export interface SampleShares {
  APPROVE: number;
  REVIEW: number;
  BLOCK: number;
  shadow: number;
}

/** Where the log of a scorer's decisions goes: what `recordDecisions` attaches. */
export interface Recording {
  readonly ring: RingMemory;
  readonly onFull: OnFull;
  readonly sample: SampleShares;
  /** Whether the host wants the records to be safe soon: it waits for a flush, or has each write forced to the disk. */
  readonly isUrgent: boolean;
  /** Tells the writer what decisions will refer to by its number. Called before any does. */
  sendContext(context: Omit<VersionContext, 'runtime'>): void;
  sendPolicy(policy: PolicyContext): void;
  /** What the writer has told of itself. */
  readonly written: number;
  readonly bytes: number;
  readonly stalled: RecordsSummary['stalled'];
  /** A decision of an earlier process, or one that is forgotten, by the host's id; null where none is found. */
  find(id: string): FoundDecision | null;
  /** Writes what is left and ends the writer. Never rejects. */
  close(): Promise<void>;
}

/** What a label needs to know of a decision. */
export interface FoundDecision {
  decision: 'APPROVE' | 'REVIEW' | 'BLOCK';
  version: string;
  /** Milliseconds since the epoch. */
  decidedAt: number;
  fraudProbability?: number;
  amount?: number;
}
