import { mkdirSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { FEATURES, FeatureBuilder, type Transaction } from '../reference.js';

/** Rows that are gathered before they are written. */
const BLOCK_ROWS = 4_096;
const UNKNOWN_LABEL = 255;
const FEATURE_COUNT = Object.values(FEATURES).reduce((count, list) => count + list.length, 0);

/** The columns beside the features, each a file of its own, and NumPy's names of their types. */
const COLUMNS = { timestamps: '<f8', amounts: '<f8', customers: '<i4', terminals: '<i4', labels: '|u1' } as const;
type Column = keyof typeof COLUMNS;

export interface FeatureFileOptions {
  labelDelayDays: number;
  /** Transactions before this go into the histories but are not written. */
  fromMs: number;
  /** Transactions from here on are not read. */
  untilMs: number;
  onProgress?: (transactions: number) => void;
}

/**
 * Writes the features of transactions for the training to read: `features.f32`, a row of 100 little-endian float32
 * for each transaction, the columns in `COLUMNS` beside it, and `meta.json`, which describes both.
 *
 * @returns the number of rows written
 */
export async function writeFeatureFile(
  transactions: Iterable<Transaction> | AsyncIterable<Transaction>,
  folder: string,
  options: FeatureFileOptions,
): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const builder = new FeatureBuilder({ labelDelayDays: options.labelDelayDays });
  const writer = await FeatureWriter.open(folder);
  const customers = new Serials();
  const terminals = new Serials();
  let read = 0;
  try {
    for await (const transaction of transactions) {
      if (transaction.timestampMs >= options.untilMs) break;
      const { transaction_features, user_features, merchant_features } = builder.next(transaction);
      const customer = customers.of(transaction.customerId);
      const terminal = terminals.of(transaction.terminalId);
      if (++read % 10_000 === 0) options.onProgress?.(read);
      if (transaction.timestampMs < options.fromMs) continue;
      writer.add([transaction_features, user_features, merchant_features], transaction, customer, terminal);
      if (writer.full) await writer.flush();
    }
    await writer.flush();
  } finally {
    await writer.close();
  }
  options.onProgress?.(read);
  writeFileSync(
    join(folder, 'meta.json'),
    JSON.stringify({ rows: writer.rows, inputs: FEATURES, columns: COLUMNS, labelDelayDays: options.labelDelayDays }),
  );
  return writer.rows;
}

/** Numbers for ids, in the order in which they come. */
class Serials {
  readonly #serials = new Map<string, number>();

  of(id: string): number {
    const known = this.#serials.get(id);
    if (known !== undefined) return known;
    this.#serials.set(id, this.#serials.size);
    return this.#serials.size - 1;
  }
}

class FeatureWriter {
  rows = 0;
  readonly #files: Record<Column | 'features', FileHandle>;
  readonly #features = new Float32Array(BLOCK_ROWS * FEATURE_COUNT);
  readonly #columns = {
    timestamps: new Float64Array(BLOCK_ROWS),
    amounts: new Float64Array(BLOCK_ROWS),
    customers: new Int32Array(BLOCK_ROWS),
    terminals: new Int32Array(BLOCK_ROWS),
    labels: new Uint8Array(BLOCK_ROWS),
  };
  #waiting = 0;

  private constructor(files: Record<Column | 'features', FileHandle>) {
    this.#files = files;
  }

  static async open(folder: string): Promise<FeatureWriter> {
    const file = (name: string) => open(join(folder, name), 'w');
    return new FeatureWriter({
      features: await file('features.f32'),
      timestamps: await file('timestamps.bin'),
      amounts: await file('amounts.bin'),
      customers: await file('customers.bin'),
      terminals: await file('terminals.bin'),
      labels: await file('labels.bin'),
    });
  }

  get full(): boolean {
    return this.#waiting === BLOCK_ROWS;
  }

  add(inputs: readonly Float32Array[], transaction: Transaction, customer: number, terminal: number): void {
    const row = this.#waiting++;
    let offset = row * FEATURE_COUNT;
    for (const input of inputs) {
      this.#features.set(input, offset);
      offset += input.length;
    }
    this.#columns.timestamps[row] = transaction.timestampMs;
    this.#columns.amounts[row] = transaction.amount;
    this.#columns.customers[row] = customer;
    this.#columns.terminals[row] = terminal;
    this.#columns.labels[row] = transaction.isFraud === undefined ? UNKNOWN_LABEL : Number(transaction.isFraud);
  }

  async flush(): Promise<void> {
    const rows = this.#waiting;
    await this.#files.features.appendFile(bytesOf(this.#features.subarray(0, rows * FEATURE_COUNT)));
    await this.#files.timestamps.appendFile(bytesOf(this.#columns.timestamps.subarray(0, rows)));
    await this.#files.amounts.appendFile(bytesOf(this.#columns.amounts.subarray(0, rows)));
    await this.#files.customers.appendFile(bytesOf(this.#columns.customers.subarray(0, rows)));
    await this.#files.terminals.appendFile(bytesOf(this.#columns.terminals.subarray(0, rows)));
    await this.#files.labels.appendFile(bytesOf(this.#columns.labels.subarray(0, rows)));
    this.rows += rows;
    this.#waiting = 0;
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
