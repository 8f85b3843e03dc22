import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { MaskAction, RecordedReason } from '../../../../src/api/records.js';
import type { VersionContext } from '../../../../src/records/format/contexts.js';
import { EntryView } from '../../../../src/records/format/entry-view.js';
import { Masker } from '../../../../workers/records/masker.js';
import { decisionsEntry, someContext } from '../../../support/record-entries.js';

const named: VersionContext = {
  ...someContext,
  inputs: [
    { name: 'X', size: 2, type: 'float32', features: ['age', 'amount_log'] },
    { name: 'n', size: 1, type: 'int64' },
  ],
};

const reason = (input: string, feature: string): RecordedReason => ({
  ...{ input, feature, description: 'as the manifest says', contribution: 1.25, direction: 'raises' },
});
const reasons = [reason('X', 'age'), reason('X', 'amount_log'), reason('n', 'n[0]')];
const further = JSON.stringify({ reasons, trace: { traceId: 'a', spanId: 'b' } });

/** What a row has beside its id, once it is masked. */
function masked(fields: Record<string, MaskAction>): Record<string, unknown> {
  const masker = new Masker({ key: Buffer.alloc(32, 1), fields });
  masker.addContext(named);
  const [row] = [...new EntryView(masker.apply(decisionsEntry({ sequence: 0, rows: [{ further }] }))).rows()];
  return JSON.parse(row?.further ?? '') as Record<string, unknown>;
}

/** The features whose reasons say by how much they moved the score. */
function told(fields: Record<string, MaskAction>): string[] {
  const kept = masked(fields).reasons as RecordedReason[];
  expect(kept.map(({ contribution: _, ...rest }) => rest)).toEqual(reasons.map(({ contribution: _, ...rest }) => rest));
  return kept.filter(({ contribution }) => contribution !== undefined).map(({ feature }) => feature);
}

describe('Masker and reasons', () => {
  it.each<[Record<string, MaskAction>, string[]]>([
    [{}, ['age', 'amount_log', 'n[0]']],
    [{ '/features/age': 'remove' }, ['amount_log', 'n[0]']],
    [{ '/features/X/amount_log': 'hash' }, ['age', 'n[0]']],
    [{ '/features/X/0': 'hash', '/features/n': 'remove' }, ['amount_log']],
    [{ '/features/X': 'remove', '/features/X/1': 'keep' }, ['amount_log', 'n[0]']],
    [{ '/features': 'remove' }, ['age', 'amount_log', 'n[0]']],
    [{ '/features': 'remove', '/features/age': 'remove' }, ['amount_log', 'n[0]']],
  ])('keeps no number from which a masked value could be computed (%j)', (fields, expected) => {
    expect(told(fields)).toEqual(expected);
  });

  it('keeps the trace, and removes reasons as a whole where the mask says so', () => {
    expect(masked({ '/reasons': 'remove', '/features/age': 'remove' })).toEqual({
      trace: { traceId: 'a', spanId: 'b' },
    });
    expect(masked({ '/features/age': 'remove' }).trace).toEqual({ traceId: 'a', spanId: 'b' });
  });
});
