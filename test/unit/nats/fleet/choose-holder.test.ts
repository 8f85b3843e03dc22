import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseHolder } from '../../../../src/integrations/nats/fleet/choose-holder.js';
import type { Holder } from '../../../../src/integrations/nats/fleet/label-messages.js';

const known = fc.option(fc.record({ decidedAt: fc.integer({ min: 0, max: 3 }), isLabelled: fc.boolean() }));
const holders = fc.uniqueArray(fc.record({ node: fc.string({ minLength: 1, maxLength: 2 }), known }), {
  minLength: 1,
  maxLength: 6,
  selector: ({ node }) => node,
});

const holder = (node: string, decidedAt: number, isLabelled = false): Holder => ({
  node,
  known: { decidedAt, isLabelled },
});
const none = (node: string): Holder => ({ node, known: null });

describe('the node that a label counts on', () => {
  it('is the same whoever asks, in whatever order the answers come', () => {
    fc.assert(
      fc.property(holders, fc.boolean(), fc.string(), (answers, tells, id) => {
        const chosen = chooseHolder(id, tells, answers);
        expect(chooseHolder(id, tells, [...answers].reverse())).toBe(chosen);
        const isKnown = answers.some((one) => one.known !== null);
        expect(chosen === null).toBe(!isKnown && !tells);
      }),
    );
  });

  it('is the one that has the label, then the one that decided last', () => {
    expect(chooseHolder('x', true, [none('a'), holder('b', 1), holder('c', 2)])).toBe('c');
    expect(chooseHolder('x', true, [none('a'), holder('b', 1, true), holder('c', 2)])).toBe('b');
    expect(chooseHolder('x', true, [holder('b', 1, true), holder('c', 2, true)])).toBe('c');
    expect(chooseHolder('x', true, [holder('c', 2), holder('b', 2)])).toBe('b');
  });

  it('is chosen by the id if nobody knows it, about evenly, and only moves if its node leaves', () => {
    const nodes = ['a', 'b', 'c'].map(none);
    const counts = { a: 0, b: 0, c: 0 };
    for (let n = 0; n < 3_000; n += 1) {
      const chosen = chooseHolder(`tx-${n}`, true, nodes);
      if (chosen === 'a' || chosen === 'b' || chosen === 'c') counts[chosen] += 1;
      if (chosen !== 'c') expect(chooseHolder(`tx-${n}`, true, nodes.slice(0, 2))).toBe(chosen);
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(850);
    expect(chooseHolder('x', false, nodes)).toBeNull();
  });
});
