import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../../src/records/format/entry-layout.js';
import { readRecords } from '../../../src/records/read/read-records.js';
import { projectPath } from '../../support/paths.js';
import { columnsEntry, decisionsEntry, endEntry, filePieces, outcomeEntry } from '../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'records-schema-'));
afterAll(() => rmSync(root, { recursive: true }));

const schema = JSON.parse(readFileSync(projectPath('models/records.schema.json'), 'utf8'));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

const further = JSON.stringify({
  reasons: [{ input: 'X', feature: 'X[0]', contribution: 0.5, direction: 'raises' }],
  hashed: { '/amount': 'ab'.repeat(16) },
  trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
});

describe('the JSON Schema of decision records', () => {
  it('accepts a record of each kind and role', async () => {
    const odd = { x: [Number.NaN, -0] as const, n: 2n ** 63n - 1n, amount: 12.5, further, id: 'an id' };
    const fallbacks = errorCodes.slice(1).map((_, index) => ({ decidedBy: 2 as const, error: index + 1 }));
    const entries = [
      decisionsEntry({ sequence: 0, rows: [odd, {}] }),
      decisionsEntry({ sequence: 2, rows: [{}], role: 1 }),
      decisionsEntry({ sequence: 3, rows: [{ decidedBy: 1, decision: 2 }], role: 2 }),
      decisionsEntry({ sequence: 4, rows: fallbacks, hasFeatures: false }),
      outcomeEntry(9, { id: 'an id', isFraud: true, matched: true, amount: 3 }),
      columnsEntry(10, 1_000),
      decisionsEntry({ sequence: 11, rows: [{ raw: [0.5, Number.NaN, -0] }] }),
      endEntry(12, 3),
    ];
    const path = join(root, 'some.fsr');
    writeFileSync(path, Buffer.concat(filePieces(entries, { mask: { '/features/X/0': 'remove' } }).pieces));
    let records = 0;
    for await (const record of readRecords(path)) {
      records += 1;
      validate(JSON.parse(JSON.stringify(record)));
      expect(validate.errors, JSON.stringify(record)).toBeNull();
    }
    expect(records).toBe(13);
  });

  it.each([
    {},
    { kind: 'decision' },
    { schema: 1, kind: 'end', run: 'ab', sequence: -1, at: '2026-11-26T00:00:00.000Z', written: 0, dropped: 0 },
    { schema: 1, kind: 'end', run: 'ab', sequence: 1, at: 'today', written: 0, dropped: 0 },
    { schema: 1, kind: 'end', run: 'ab', sequence: 1, at: '2026-11-26T00:00:00.000Z', written: 0, dropped: 0, more: 1 },
  ])('refuses %j', (record) => {
    expect(validate(record)).toBe(false);
  });
});
