import type { Buffer } from 'node:buffer';
import type { PolicyContext, VersionContext } from '../../src/records/format/contexts.js';

/** What a target has done so far. */
export interface TargetCounts {
  /** As written. */
  bytes: number;
  files: number;
  deletedFiles: number;
}

/** Where masked entries go. */
export interface RecordsTarget {
  readonly counts: TargetCounts;
  /** Entries may refer to it from now on. */
  addContext(context: VersionContext): void;
  addPolicy(policy: PolicyContext): void;
  /** Takes all of them. @throws {Error} where it can't now: none is taken then, and they are given again. */
  write(entries: readonly Buffer[]): void;
  /** Called after each write, and every now and then. @throws {Error} where what was written may not outlast the machine. */
  tick(): void;
  /** All that was written must outlast the machine. @throws {Error} where that can't be. */
  sync(): void;
  close(): void;
}
