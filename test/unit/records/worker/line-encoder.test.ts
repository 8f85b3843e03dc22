import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MaskAction } from '../../../../src/api/records.js';
import type { FileHeader } from '../../../../src/records/format/contexts.js';
import { RecordReader } from '../../../../src/records/format/to-record.js';
import { IndexBuilder } from '../../../../workers/records/index-builder.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import { columnsEntry, decisionsEntry, someContext, somePolicy, someRun } from '../../../support/record-entries.js';

function headerOf(mask: Record<string, MaskAction>): FileHeader {
  return { format: 1, run: someRun, part: 0, begunAt: 0, package: '0.1.0', mask };
}

/** Lines as the reader of binary files would make them. */
function expected(mask: Record<string, MaskAction>, entries: readonly Buffer[]): string {
  const reader = new RecordReader(headerOf(mask));
  reader.addContext(someContext);
  reader.addPolicy(somePolicy);
  const records = entries.flatMap((entry) => [...reader.records(entry)]);
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function encoded(mask: Record<string, MaskAction>, entries: readonly Buffer[]): string {
  const encoder = new LineEncoder(false);
  encoder.begin(headerOf(mask));
  encoder.context(someContext);
  encoder.policy(somePolicy);
  const index = new IndexBuilder();
  const pieces = entries.flatMap((entry) => encoder.entry(entry, 0, index));
  return Buffer.concat(encoder.seal(pieces)).toString();
}

const float = fc.float().map(Math.fround);
const row = fc.record(
  {
    id: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text).toString()),
    x: fc.tuple(float, float),
    n: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    probability: float,
    amount: fc.double({ noNaN: true }),
    decision: fc.constantFrom(0, 1, 2),
    decidedBy: fc.constantFrom(0, 1, 2),
    error: fc.nat(5),
    further: fc.constantFrom('', '{"reasons":[]}', '{"trace":{"traceId":"ä","spanId":"b"}}'),
  },
  { requiredKeys: [] },
);
const entry = fc.record({
  sequence: fc.nat(),
  role: fc.constantFrom(0, 1, 2),
  rows: fc.array(row, { minLength: 1, maxLength: 6 }),
});
const mask = fc.dictionary(
  fc.constantFrom(
    '/id',
    '/amount',
    '/reasons',
    '/attention',
    '/features',
    '/features/X',
    '/features/X/1',
    '/features/n/0',
  ),
  fc.constantFrom<MaskAction>('keep', 'hash', 'remove'),
);

describe('LineEncoder', () => {
  it('writes decisions as the reader of binary files shows them', () => {
    fc.assert(
      fc.property(mask, fc.array(entry, { maxLength: 4 }), fc.boolean(), (fields, entries, hasFeatures) => {
        const made = entries.map((one) => decisionsEntry({ ...one, hasFeatures } as never));
        const lines = encoded(fields, made).split('\n');
        const wanted = expected(fields, made).split('\n');
        expect(lines.map(parsed)).toEqual(wanted.map(parsed));
        expect(lines.map(keysOf)).toEqual(wanted.map(keysOf));
      }),
      { numRuns: 500 },
    );
  });

  it('writes all other records as the reader shows them', () => {
    const entries = [columnsEntry(3, 7)];
    expect(encoded({}, entries)).toBe(expected({}, entries));
  });
});

function parsed(line: string): unknown {
  return line === '' ? null : JSON.parse(line);
}

/** In their order, which people see. */
function keysOf(line: string): string[] {
  return line === '' ? [] : Object.keys(JSON.parse(line) as object);
}
