import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Label, readLabels } from '../../../../src/tools/replay/against/labels.js';
import { sourceFiles } from '../../../../src/tools/replay/source-files.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import { filePieces, outcomeEntry } from '../../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'labels-'));
afterAll(() => rmSync(root, { recursive: true }));

const begun = Date.parse('2026-11-26T10:00:00Z');
const minutes = 60_000;

function labelEntry(sequence: number, isFraud: boolean, at: number): Buffer {
  return outcomeEntry(sequence, { id: 'tx', isFraud, matched: true, amount: sequence }, at);
}

/** Two processes: the one that began first labels last. */
const runs = [
  {
    name: '20261126T100000Z-aa-000000',
    run: 'aa',
    entries: [labelEntry(0, false, begun), labelEntry(1, true, begun + 90 * minutes)],
  },
  { name: '20261126T103000Z-bb-000000', run: 'bb', entries: [labelEntry(0, false, begun + 30 * minutes)] },
];

async function labelsOf(extension: 'fsr' | 'ndjson', of: typeof runs): Promise<ReadonlyMap<string, Label>> {
  const directory = mkdtempSync(join(root, 'files-'));
  for (const { name, run, entries } of of) {
    const file = extension === 'ndjson' ? { run, encoder: new LineEncoder(false) } : { run };
    writeFileSync(join(directory, `${name}.${extension}`), Buffer.concat(filePieces(entries, file).pieces));
  }
  const { byId } = await readLabels(await sourceFiles([directory]), () => {});
  return byId;
}

describe('readLabels', () => {
  it.each(['fsr', 'ndjson'] as const)('takes the latest label, whichever process wrote it (%s)', async (extension) => {
    const labels = await labelsOf(extension, runs);
    expect(labels.get('tx')).toEqual({ isFraud: true, amount: 1, at: begun + 90 * minutes });
  });

  it.each(['fsr', 'ndjson'] as const)('takes the last of those of one time (%s)', async (extension) => {
    const entries = [labelEntry(0, true, begun), labelEntry(1, false, begun)];
    const labels = await labelsOf(extension, [{ name: '20261126T100000Z-aa-000000', run: 'aa', entries }]);
    expect(labels.get('tx')).toMatchObject({ isFraud: false, amount: 1 });
  });
});
