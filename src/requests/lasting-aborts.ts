import { AbortedError } from '../errors.js';
import { contained, type FaultReport } from '../host/faults.js';
import { watchSignal } from './abort-registry.js';
import type { RequestTable } from './request-table.js';

/** What the requests of a lasting signal need when it is aborted. */
interface LastingAbortsOptions {
  readonly table: RequestTable;
  readonly onAborted: (row: number, error: AbortedError) => void;
  readonly onFault: FaultReport;
}

/**
 * Aborts requests whose signal many requests share, such as the signal of a connection. A request only notes its signal in its row, without a
 * listener or a closure of its own. When the signal is aborted, the rows are searched.
 */
export class LastingAborts {
  readonly #options: LastingAbortsOptions;
  readonly #watched = new WeakSet<AbortSignal>();
  /** A connection may outlive the scorer, and must not keep it in memory. */
  readonly #weakOptions: WeakRef<LastingAbortsOptions>;

  constructor(options: LastingAbortsOptions) {
    this.#options = options;
    this.#weakOptions = new WeakRef(options);
  }

  /** @throws {InvalidOptionsError} if the signal is the host's own implementation and throws. */
  watch(row: number, signal: AbortSignal): void {
    if (!this.#watched.has(signal)) this.#listen(signal);
    this.#options.table.signal[row] = signal;
  }

  #listen(signal: AbortSignal): void {
    const options = this.#weakOptions;
    watchSignal(
      signal,
      (reason) => abortAll(signal, reason, options.deref()),
      (error) => options.deref()?.onFault(error),
    );
    this.#watched.add(signal);
  }
}

function abortAll(signal: AbortSignal, reason: unknown, options: LastingAbortsOptions | undefined): void {
  if (options === undefined) return;
  const { table, onAborted, onFault } = options;
  const held: { row: number; generation: number }[] = [];
  for (let row = table.signal.indexOf(signal); row >= 0; row = table.signal.indexOf(signal, row + 1)) {
    held.push({ row, generation: table.generation[row] as number });
  }
  for (const { row, generation } of held) {
    // Aborting one request can run host code, which can settle another one.
    if (!table.isCurrent(row, generation)) continue;
    contained(() => onAborted(row, new AbortedError(reason)), onFault);
  }
}
