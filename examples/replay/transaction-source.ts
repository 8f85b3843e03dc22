import type { Transaction } from 'fraud-scorer/reference';
import { readTransactions } from '../../models/visa-fraud/csv/read-transactions.js';
import { SkippedRows } from './skipped-rows.js';

type Read = IteratorResult<Transaction, void>;

/** The transactions of a file, and the problems met while reading it. */
export class TransactionSource implements AsyncIterable<Transaction> {
  /** Rows that could not be read. */
  readonly skipped = new SkippedRows();
  readonly #rows: AsyncGenerator<Transaction, void, undefined>;
  #first: Read | undefined;
  #bytesRead = 0;
  #totalBytes = 0;

  /**
   * Reads the first row, so that a file that cannot be read is reported before anything else is done.
   *
   * @param skipBad whether rows that cannot be read are skipped. Otherwise they end the reading.
   * @throws InputFileError and BadRowError, also while reading
   */
  static async open(file: string, skipBad: boolean): Promise<TransactionSource> {
    const source = new TransactionSource(file, skipBad);
    source.#first = await source.#rows.next();
    return source;
  }

  private constructor(file: string, skipBad: boolean) {
    this.#rows = readTransactions(file, {
      ...(skipBad && { onBadRow: (error) => this.skipped.add(error) }),
      onProgress: (bytesRead, totalBytes) => {
        this.#bytesRead = bytesRead;
        this.#totalBytes = totalBytes;
      },
    });
  }

  /** Bytes read, and all bytes of the file as it is stored. */
  get bytes(): { bytesRead: number; totalBytes: number } {
    return { bytesRead: this.#bytesRead, totalBytes: this.#totalBytes };
  }

  /** Delegates without a generator, because a generator around a generator would cost one more promise per row. */
  [Symbol.asyncIterator](): AsyncIterator<Transaction, void> {
    return { next: () => this.#next(), return: () => this.#rows.return() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows.return();
  }

  #next(): Promise<Read> {
    if (this.#first === undefined) return this.#rows.next();
    const first = this.#first;
    this.#first = undefined;
    return Promise.resolve(first);
  }
}
