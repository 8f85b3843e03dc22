import type { FallbackResult } from '../../api/result.js';
import { noBucket, noCopy, type RequestTable } from '../../requests/request-table.js';
import type { VersionLog } from './version-log.js';

/** What is kept of a request until the fallback has decided: its row goes to others before. */
export interface KeptRequest {
  version: VersionLog;
  /** null where the request was not read. */
  features: Float32Array | null;
  /** NaN where there is none. */
  amount: number;
  bucket: number;
  /** The request's number among those that shadows have copies of; −1 where none has. */
  copy: number;
}

export interface FallbackLogOptions {
  log: { readonly isActive: boolean };
  table: RequestTable;
  versionOfRow: (row: number) => VersionLog;
  /** null where there is no such version any more. */
  versionOf: (version: string) => VersionLog | null;
  copyNumber: (row: number) => number;
}

/** Takes the decisions of the fallback to where they are recorded. */
export class FallbackLog {
  readonly #options: FallbackLogOptions;

  constructor(options: FallbackLogOptions) {
    this.#options = options;
  }

  /** @param row about to be let go of. @returns null where nothing is recorded. */
  keep(row: number): KeptRequest | null {
    const { log, table, versionOfRow, copyNumber } = this.#options;
    if (!log.isActive) return null;
    const version = versionOfRow(row);
    return {
      version,
      features: version.keep(row),
      amount: table.amount[row] as number,
      bucket: table.bucket[row] as number,
      copy: table.copy[row] === noCopy ? -1 : copyNumber(row),
    };
  }

  /** The same for a request that was not taken in. @param version the one that would have answered. */
  keepRefused(version: string): KeptRequest | null {
    const { log, versionOf } = this.#options;
    const found = log.isActive ? versionOf(version) : null;
    return found && { version: found, features: null, amount: Number.NaN, bucket: noBucket, copy: -1 };
  }

  decided(kept: KeptRequest, result: FallbackResult): void {
    kept.version.fallback(result, kept);
  }
}
