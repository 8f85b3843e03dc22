import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CSV_HEADER, toCsvLine } from '../../../models/visa-fraud/csv/to-csv-line.js';
import { generateTransactions } from '../../../models/visa-fraud/reference.js';
import { SAMPLE_OPTIONS } from '../../../models/visa-fraud/sample/sample-options.js';

const small = { seed: 3, days: 20, customers: 150, terminals: 300 };

describe('generateTransactions', () => {
  it('gives the same transactions for the same seed, and others for another', () => {
    const first = [...generateTransactions(small)];
    expect([...generateTransactions(small)]).toEqual(first);
    expect([...generateTransactions({ ...small, seed: 4 })]).not.toEqual(first);
  });

  it('gives transactions in time order, within the days asked for, with ids of their own', () => {
    const transactions = [...generateTransactions({ ...small, startDate: '2024-02-28' })];
    const times = transactions.map((t) => t.timestampMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(Date.UTC(2024, 1, 28));
    expect(times.at(-1)).toBeLessThan(Date.UTC(2024, 1, 28) + 20 * 86_400_000);
    expect(new Set(transactions.map((t) => t.transactionId)).size).toBe(transactions.length);
  });

  it('gives amounts in whole cents above zero, and a label each', () => {
    for (const { amount, isFraud } of generateTransactions(small)) {
      expect(amount).toBeGreaterThan(0);
      expect(Math.abs(amount * 100 - Math.round(amount * 100))).toBeLessThan(1e-6);
      expect(typeof isFraud).toBe('boolean');
    }
  });

  it('makes between a half and one and a half per cent of them fraudulent', () => {
    const transactions = [...generateTransactions({ seed: 1, days: 60, customers: 1_500, terminals: 3_000 })];
    const share = transactions.filter((t) => t.isFraud).length / transactions.length;
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.015);
  });

  it.each([
    ['outliers', { outlierShare: 0.01 }],
    ['compromised terminals', { compromisesPerThousandTerminals: 1 }],
    ['stolen cards', { theftsPerThousandCustomers: 2 }],
  ])('makes fraud of each kind by itself: %s', (_, kind) => {
    const none = { outlierShare: 0, compromisesPerThousandTerminals: 0, theftsPerThousandCustomers: 0 };
    expect([...generateTransactions({ ...small, ...none })].some((t) => t.isFraud)).toBe(false);
    expect([...generateTransactions({ ...small, ...none, ...kind })].some((t) => t.isFraud)).toBe(true);
  });

  it.each([
    [{ days: 0 }, /^days: expected a whole number of at least 1, received 0$/],
    [{ startDate: '2025-13-01' }, /^startDate: expected a day as YYYY-MM-DD/],
    [{ outlierShare: 2 }, /^outlierShare: expected a number from 0 to 1, received 2$/],
  ])('refuses %j with a message that says what was expected', (options, message) => {
    expect(() => generateTransactions(options).next()).toThrow(message);
  });
});

describe('the bundled sample', () => {
  it('is what the generator makes', () => {
    const file = new URL('../../../models/visa-fraud/sample/transactions.csv.gz', import.meta.url);
    const lines = Array.from(generateTransactions(SAMPLE_OPTIONS), toCsvLine);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(CSV_HEADER + lines.join(''));
    expect(lines.length).toBeGreaterThan(18_000);
    expect(lines.length).toBeLessThan(22_000);
  });
});
