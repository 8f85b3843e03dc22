import fc from 'fast-check';
import type { Transaction } from '../../../models/visa-fraud/reference.js';

const START_MS = Date.UTC(2025, 5, 1);

/** Transactions of a few customers at a few terminals over some weeks, in time order. */
export const histories: fc.Arbitrary<Transaction[]> = fc
  .array(
    fc.record({
      // Up to two days apart, often at the very same millisecond.
      gapMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 21_600_000 }),
        fc.integer({ min: 0, max: 172_800_000 }),
      ),
      customer: fc.integer({ min: 0, max: 3 }),
      terminal: fc.integer({ min: 0, max: 2 }),
      amount: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e4, noNaN: true }), fc.constant(1e300)),
      label: fc.constantFrom(true, false, undefined),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) => {
    let timestampMs = START_MS;
    return drafts.map(({ gapMs, customer, terminal, amount, label }, index) => {
      timestampMs += gapMs;
      return transaction({
        transactionId: String(index),
        timestampMs,
        customerId: `c${customer}`,
        terminalId: `t${terminal}`,
        amount,
        ...(label === undefined ? {} : { isFraud: label }),
      });
    });
  });

export function transaction(fields: Partial<Transaction> = {}): Transaction {
  return { transactionId: '1', timestampMs: START_MS, customerId: 'c', terminalId: 't', amount: 10, ...fields };
}
