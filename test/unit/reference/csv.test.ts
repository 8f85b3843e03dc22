import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { BadRowError } from '../../../models/visa-fraud/csv/bad-row-error.js';
import { InputFileError } from '../../../models/visa-fraud/csv/input-file-error.js';
import { readTransactions } from '../../../models/visa-fraud/csv/read-transactions.js';
import { CSV_HEADER, toCsvLine } from '../../../models/visa-fraud/csv/to-csv-line.js';
import { generateTransactions, type Transaction } from '../../../models/visa-fraud/reference.js';

const folder = mkdtempSync(join(tmpdir(), 'csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = '1,2018-04-01T00:00:31Z,c1,t1,12.50,0\n';
const LATER = '9,2018-04-02T00:00:00Z,c2,t2,7,1\n';

let files = 0;
function file(content: string | Buffer): string {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, onBadRow?: (error: BadRowError) => void): Promise<Transaction[]> {
  const transactions: Transaction[] = [];
  for await (const t of readTransactions(path, onBadRow === undefined ? {} : { onBadRow })) transactions.push(t);
  return transactions;
}

async function failure(content: string | Buffer): Promise<unknown> {
  return read(file(content)).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('readTransactions', () => {
  it('reads back what the generator wrote, packed or not', async () => {
    const transactions = [...generateTransactions({ days: 40, customers: 100, terminals: 50 })];
    const text = CSV_HEADER + transactions.map(toCsvLine).join('');
    expect(await read(file(text))).toEqual(transactions);
    expect(await read(file(gzipSync(text)))).toEqual(transactions);
  });

  it('takes columns in any order, others among them, quotes, CRLF, a byte order mark and blank lines', async () => {
    const text =
      '\uFEFFamount,note,is_fraud,customer_id,"terminal_id",timestamp,transaction_id\r\n' +
      '12.5,"a ""b"", c",1,"c,1",t1,2018-04-01 00:00:31.5,1\r\n\r\n' +
      '3,,,c1,t1,2018-04-01T02:00:31+01:00,2\r\n';
    expect(await read(file(text))).toEqual([
      {
        transactionId: '1',
        timestampMs: Date.UTC(2018, 3, 1, 0, 0, 31, 500),
        customerId: 'c,1',
        terminalId: 't1',
        amount: 12.5,
        isFraud: true,
      },
      {
        transactionId: '2',
        timestampMs: Date.UTC(2018, 3, 1, 1, 0, 31),
        customerId: 'c1',
        terminalId: 't1',
        amount: 3,
      },
    ]);
  });

  it('reads a file without labels, and a last line without an end', async () => {
    const text = 'transaction_id,timestamp,customer_id,terminal_id,amount\n1,2018-04-01T00:00:31Z,c1,t1,12.50';
    const [only] = await read(file(text));
    expect(only).toBeDefined();
    expect(only).not.toHaveProperty('isFraud');
  });

  it.each([
    ['1,2018-04-01T00:00:31Z,c1,t1,abc,0', 'amount', 'a number of at least 0', 'text "abc"'],
    ['1,2018-04-01T00:00:31Z,c1,t1,,0', 'amount', 'a number of at least 0', 'nothing'],
    ['1,2018-04-01T00:00:31Z,c1,t1,0x10,0', 'amount', 'a number of at least 0', 'text "0x10"'],
    ['1,2018-04-01T00:00:31Z,c1,t1,1e999,0', 'amount', 'a number of at least 0', 'text "1e999"'],
    ['1,2018-04-01T00:00:31Z,c1,t1,-5,0', 'amount', 'a number of at least 0', 'a negative number'],
    [
      '1,2018-04-31T00:00:31Z,c1,t1,5,0',
      'timestamp',
      'a time such as 2018-04-01T00:00:31Z',
      'text "2018-04-31T00:00:31Z"',
    ],
    ['1,yesterday,c1,t1,5,0', 'timestamp', 'a time such as 2018-04-01T00:00:31Z', 'text "yesterday"'],
    [
      '1,2018-03-31T23:59:59Z,c1,t1,5,0',
      'timestamp',
      'a time not before the row above, 2018-04-01T00:00:31.000Z',
      'text "2018-03-31T23:59:59Z"',
    ],
    ['1,2018-04-01T00:00:31Z,c1,t1,5,maybe', 'is_fraud', '0, 1 or nothing', 'text "maybe"'],
    ['1,2018-04-01T00:00:31Z,,t1,5,0', 'customer_id', 'an id', 'nothing'],
    ['1,2018-04-01T00:00:31Z,c1,t1,5', 'row', '6 fields', '5 fields'],
    ['1,2018-04-01T00:00:31Z,c1,t1,5,0,0', 'row', '6 fields', '7 fields'],
    [
      '1,2018-04-01T00:00:31Z,c"1,t1,5,0',
      'row',
      'a line whose quotes are closed, and doubled within quotes',
      'broken quotes',
    ],
    [
      '1,2018-04-01T00:00:31Z,"c"1,t1,5,0',
      'row',
      'a line whose quotes are closed, and doubled within quotes',
      'broken quotes',
    ],
    [
      '1,2018-04-01T00:00:31Z,"c1,t1,5,0',
      'row',
      'a line whose quotes are closed, and doubled within quotes',
      'broken quotes',
    ],
    [`1,2018-04-01T00:00:31Z,${'c'.repeat(400_000)},t1,5,0`, 'row', 'a line of at most 65536 bytes', 'a longer one'],
  ])('names file, line, column, what was expected and what came: %.60s', async (line, column, expected, received) => {
    const path = file(`${CSV_HEADER}${GOOD}\n${line}\n${LATER}`);
    const error = await read(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadRowError);
    expect(error).toMatchObject({ file: path, line: 4, column, expected, received });
    expect(error).toHaveProperty('message', `${path}, line 4, ${column}: expected ${expected}, received ${received}`);

    const skipped: BadRowError[] = [];
    const rest = await read(path, (e) => skipped.push(e));
    expect(rest.map((t) => t.transactionId)).toEqual(['1', '9']);
    expect(skipped.map((e) => e.line)).toEqual([4]);
  });

  it('loses one row to a quote left open, and not the quoted rows after it', async () => {
    const quoted = '9,2018-04-02T00:00:00Z,"c2",t2,7,1\n';
    const skipped: number[] = [];
    const rows = await read(file(`${CSV_HEADER}${GOOD}"2,2018\n${quoted}3"\n${quoted}`), (e) => skipped.push(e.line));
    expect(rows).toHaveLength(3);
    expect(skipped).toEqual([3, 5]);
  });

  it('takes a bad header as the end, even where bad rows are skipped', async () => {
    const path = file('transaction_id,timestamp,customer_id,amount\n1,2018-04-01T00:00:31Z,c1,5\n');
    await expect(read(path, () => {})).rejects.toMatchObject({ line: 1, column: 'terminal_id' });
    expect(await failure('')).toMatchObject({ line: 1, column: 'header', received: 'an empty file' });
    expect(await failure(`amount,${CSV_HEADER}`)).toMatchObject({ column: 'amount', received: '2' });
  });

  it('gives what came before the damage in a gzip file, and then says that it is damaged', async () => {
    const transactions = [...generateTransactions({ days: 40, customers: 200, terminals: 50 })];
    const packed = gzipSync(CSV_HEADER + transactions.map(toCsvLine).join(''));
    const path = file(packed.subarray(0, packed.length / 2));
    const seen: Transaction[] = [];
    const reading = async () => {
      for await (const t of readTransactions(path, { onBadRow: () => {} })) seen.push(t);
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'BadRowError',
      expected: 'a whole gzip file',
      received: 'one that ends too early',
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(transactions.slice(0, seen.length));

    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 5_000, 5_100);
    expect(await failure(damaged)).toMatchObject({ name: 'BadRowError', received: 'a damaged one' });
  });

  it('says in one line that a file is missing or is a directory', async () => {
    const missing = join(folder, 'missing.csv');
    await expect(read(missing)).rejects.toThrow(
      new InputFileError(missing, Object.assign(new Error(), { code: 'ENOENT' })).message,
    );
    await expect(read(missing)).rejects.toThrow(
      /missing\.csv: expected a readable file of transactions, received no such file$/,
    );
    await expect(read(folder)).rejects.toThrow(/received a directory$/);
  });
});
