import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FEATURES,
  FeatureBuilder,
  generateTransactions,
  namedFeatures,
  type Transaction,
} from '../../../models/visa-fraud/reference.js';
import { histories, transaction } from './transactions.js';

const DAY_MS = 86_400_000;

describe('FEATURES', () => {
  it('names and describes 50, 30 and 20 features, each name once', () => {
    expect(Object.entries(FEATURES).map(([input, list]) => [input, list.length])).toEqual([
      ['transaction_features', 50],
      ['user_features', 30],
      ['merchant_features', 20],
    ]);
    const all = Object.values(FEATURES).flat();
    expect(new Set(all.map((f) => f.name)).size).toBe(100);
    expect(new Set(all.map((f) => f.description)).size).toBe(100);
    for (const { name, description } of all) {
      expect(name).toMatch(/^[a-z][a-z0-9_]+$/);
      expect(description.length).toBeGreaterThan(10);
    }
  });
});

describe('namedFeatures', () => {
  it('gives each value the name of its column', () => {
    const features = new FeatureBuilder().next(transaction({}));
    const expected = Object.entries(FEATURES).flatMap(([input, list]) =>
      list.map(({ name }, column) => [name, features[input as keyof typeof features][column]]),
    );
    expect(Object.entries(namedFeatures(features))).toEqual(expected);
  });
});

describe('FeatureBuilder', () => {
  it('gives finite numbers whatever the amounts, gaps and labels', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(0, 0.5, 7, 30), (history, labelDelayDays) => {
        for (const row of rows(history, labelDelayDays)) expect(row.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it('gives arrays that the caller may keep', () => {
    const builder = new FeatureBuilder();
    const first = builder.next(transaction());
    const kept = Array.from(first.transaction_features);
    builder.next(transaction({ amount: 500 }));
    expect(Array.from(first.transaction_features)).toEqual(kept);
  });

  it('never sees the future: features do not change with anything that comes after', () => {
    fc.assert(
      fc.property(histories, histories, fc.nat(), (history, other, position) => {
        const at = position % history.length;
        const now = history[at]?.timestampMs ?? 0;
        const future = other.map((t) => ({ ...t, timestampMs: t.timestampMs - (other[0]?.timestampMs ?? 0) + now }));
        const changed = [...history.slice(0, at + 1), ...future];
        expect(rows(changed).slice(0, at + 1)).toEqual(rows(history).slice(0, at + 1));
      }),
    );
  });

  it('never sees a label before its delay: features do not change with labels younger than that, its own included', () => {
    fc.assert(
      fc.property(
        histories,
        fc.nat(),
        fc.constantFrom(0.25, 1, 7, 20),
        fc.infiniteStream(labels),
        (history, position, days, others) => {
          const at = position % history.length;
          const now = history[at]?.timestampMs ?? 0;
          const changed = history.slice(0, at + 1).map((t) => {
            const other = others.next().value;
            return now - t.timestampMs < days * DAY_MS ? relabelled(t, other) : t;
          });
          expect(rows(changed, days)[at]).toEqual(rows(history, days)[at]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never sees a label before its delay, at any of 300 transactions of three customers at two terminals', () => {
    const options = { seed: 5, days: 80, customers: 3, terminals: 2, compromisesPerThousandTerminals: 50 };
    const history = [...generateTransactions(options)].slice(0, 300);
    const known = rows(history, 3);
    for (const [at, { timestampMs: now }] of history.entries()) {
      const young = (t: Transaction) => now - t.timestampMs < 3 * DAY_MS;
      const changed = history.slice(0, at + 1).map((t) => (young(t) ? { ...t, isFraud: t.isFraud !== true } : t));
      expect(rows(changed, 3)[at]).toEqual(known[at]);
    }
  });

  it('sees a label once its delay has passed', () => {
    const share = FEATURES.merchant_features.findIndex((f) => f.name === 'terminal_fraud_share_7d');
    const seen = (ageDays: number) => {
      const builder = new FeatureBuilder({ labelDelayDays: 7 });
      const first = transaction({ isFraud: true });
      builder.next(first);
      return builder.next({ ...first, timestampMs: first.timestampMs + ageDays * DAY_MS }).merchant_features[share];
    };
    expect(seen(6.99)).toBe(0);
    // Labels become known in steps of three hours.
    expect(seen(7.13)).toBe(0.5);
  });

  it('does not know labels that nobody gave', () => {
    const known = [...generateTransactions({ days: 20, customers: 30, terminals: 20 })];
    const builder = new FeatureBuilder();
    const fraud = FEATURES.merchant_features.findIndex((f) => f.name === 'terminal_fraud_share_spell');
    for (const t of known) expect(builder.next(relabelled(t, undefined)).merchant_features[fraud]).toBe(0);
  });

  it('measures an amount against the customer and not against others', () => {
    const builder = new FeatureBuilder();
    for (let i = 0; i < 50; i++) {
      builder.next(transaction({ timestampMs: i * 3_600_000, customerId: 'small', amount: 10 }));
      builder.next(transaction({ timestampMs: i * 3_600_000, customerId: 'large', amount: 1_000 }));
    }
    const now = 51 * 3_600_000;
    const ratio = FEATURES.transaction_features.findIndex((f) => f.name === 'amount_to_customer_median');
    const small = builder.next(transaction({ timestampMs: now, customerId: 'small', amount: 1_000 }));
    const large = builder.next(transaction({ timestampMs: now, customerId: 'large', amount: 1_000 }));
    expect(small.transaction_features[ratio]).toBeGreaterThan(2);
    expect(Math.abs(large.transaction_features[ratio] ?? Number.NaN)).toBeLessThan(0.5);
  });

  it('refuses a transaction before the one given last', () => {
    const builder = new FeatureBuilder();
    builder.next(transaction({ timestampMs: 1_000 }));
    expect(() => builder.next(transaction({ timestampMs: 999 }))).toThrow(
      'timestampMs: expected transactions in time order, at or after 1970-01-01T00:00:01.000Z, received one of 1970-01-01T00:00:00.999Z',
    );
    expect(() => builder.next(transaction({ timestampMs: 1_000 }))).not.toThrow();
  });

  it.each([
    [{ amount: Number.NaN }, /^amount: expected a finite number of at least 0, received NaN$/],
    [{ amount: -1 }, /^amount: expected/],
    [{ timestampMs: 0.5 }, /^timestampMs: expected whole milliseconds/],
  ])('refuses %j', (fields, message) => {
    expect(() => new FeatureBuilder().next(transaction(fields))).toThrow(message);
  });

  it('forgets whoever has not been seen for long', () => {
    const builder = new FeatureBuilder({ forgetAfterDays: 40 });
    for (let i = 0; i < 500; i++) {
      builder.next(transaction({ timestampMs: i * DAY_MS, customerId: `c${i}`, terminalId: `t${i}` }));
    }
    expect(builder.size.customers).toBeLessThan(50);
    expect(builder.size.terminals).toBeLessThan(50);
  });

  it.each([
    [{ labelDelayDays: -1 }, /^labelDelayDays: expected a number from 0 to 365, received -1$/],
    [{ forgetAfterDays: 3 }, /^forgetAfterDays: expected a number from 31/],
  ])('refuses the options %j', (options, message) => {
    expect(() => new FeatureBuilder(options)).toThrow(message);
  });
});

const labels = fc.constantFrom(true, false, undefined);

function relabelled({ isFraud: _, ...rest }: Transaction, label: boolean | undefined): Transaction {
  return label === undefined ? rest : { ...rest, isFraud: label };
}

/** All hundred features of each transaction. */
function rows(history: readonly Transaction[], labelDelayDays = 7): number[][] {
  const builder = new FeatureBuilder({ labelDelayDays });
  return history.map((t) => {
    const { transaction_features, user_features, merchant_features } = builder.next(t);
    return [...transaction_features, ...user_features, ...merchant_features];
  });
}
