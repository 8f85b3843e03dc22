import { Buffer } from 'node:buffer';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type FoundDecisions, findDecisions, type Wanted } from '../../../../src/tools/explain/find-decisions.js';
import { IndexBuilder } from '../../../../workers/records/index-builder.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import { decisionsEntry, filePieces, type SomeEntry } from '../../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'explain-find-'));
afterAll(() => rmSync(root, { recursive: true }));

const runs = ['0123456789abcdef', 'fedcba9876543210'] as const;

interface Written {
  directory: string;
  entries: readonly SomeEntry[];
  extension?: 'fsr' | 'ndjson';
  run?: (typeof runs)[number];
  /** Bytes that the index says it covers; 0: all of a closed file. null: it has no index. */
  covers?: number | null;
  mask?: Record<string, 'hash' | 'keep'>;
}

/** A file as the writer leaves it. */
function write({ directory, entries, extension = 'fsr', run = runs[0], covers = 0, mask }: Written): string {
  const encoder = extension === 'ndjson' ? { encoder: new LineEncoder(false) } : {};
  const { pieces, index } = filePieces(entries.map(decisionsEntry), { run, ...encoder, ...(mask && { mask }) });
  const path = join(directory, `20261126T000000Z-${run}-000000.${extension}`);
  writeFileSync(path, Buffer.concat(pieces));
  if (covers !== null) index.write(`${path}.idx`, covers);
  return path;
}

const newDirectory = (): string => mkdtempSync(join(root, 'd'));

async function find(paths: readonly string[], wanted: Wanted): Promise<FoundDecisions> {
  return findDecisions(
    paths.map((path) => ({ path, bytes: statSync(path).size })),
    wanted,
  );
}

const idsOf = ({ decisions }: FoundDecisions): string[] => decisions.map(({ decisionId }) => decisionId);

/** An index that has none of the file's decisions: a file with it is not read unless nothing is found elsewhere. */
function emptyIndex(path: string, covers = 0): void {
  new IndexBuilder().write(`${path}.idx`, covers);
}

describe.each(['fsr', 'ndjson'] as const)('decisions of an id in .%s files', (extension) => {
  it('are found by the index as they are by reading', async () => {
    const entries = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(entries, fc.subarray(['a', 'b'], { minLength: 1 }), async (ids, wanted) => {
        let sequence = 0;
        const written = ids.map((row): SomeEntry => {
          sequence += row.length;
          return { sequence: sequence - row.length, rows: row.map((id) => ({ id })) };
        });
        const path = write({ directory: newDirectory(), entries: written, extension });
        const byIndex = await find([path], { ids: wanted });
        rmSync(`${path}.idx`);
        expect(await find([path], { ids: wanted })).toEqual(byIndex);
      }),
      { numRuns: 40 },
    );
  });

  it('are found without a file being read whose index does not name them', async () => {
    const directory = newDirectory();
    const entries = [{ sequence: 0, rows: [{ id: 'other' }, { id: 'wanted' }] }];
    const [first, second] = runs.map((run) => write({ directory, entries, extension, run })) as [string, string];
    emptyIndex(second);
    expect(idsOf(await find([first, second], { ids: ['wanted'] }))).toEqual([`${runs[0]}-1`]);
    rmSync(`${second}.idx`);
    expect(idsOf(await find([first, second], { ids: ['wanted'] }))).toEqual(runs.map((run) => `${run}-1`));
  });

  it.each(['none', 'of a part', 'damaged', 'of places that hold nothing'] as const)(
    'are read where the index is no help: %s',
    async (kind) => {
      const entries = [{ sequence: 0, rows: [{ id: 'wanted' }] }];
      const path = write({ directory: newDirectory(), entries, extension, covers: kind === 'none' ? null : 0 });
      if (kind === 'of a part') emptyIndex(path, 8);
      if (kind === 'damaged') writeFileSync(`${path}.idx`, 'short');
      if (kind === 'of places that hold nothing') {
        const index = new IndexBuilder();
        const id = Buffer.from('wanted');
        index.add(id, 0, id.length, { at: 0, place: extension === 'fsr' ? 3 : 1_000_000, row: 0 });
        index.write(`${path}.idx`);
      }
      expect(idsOf(await find([path], { ids: ['wanted'] }))).toEqual([`${runs[0]}-0`]);
    },
  );

  it('are read for where no index names one', async () => {
    const path = write({ directory: newDirectory(), entries: [{ sequence: 0, rows: [{ id: 'wanted' }] }], extension });
    emptyIndex(path);
    expect(idsOf(await find([path], { ids: ['wanted'] }))).toEqual([`${runs[0]}-0`]);
  });
});

describe('decisions of a binary file', () => {
  it('are found by the index behind entries that are longer than what is read at a time', async () => {
    const long = Array.from({ length: 2_000 }, (_, row) => ({
      id: `long ${row}`,
      further: `{"x":"${'y'.repeat(100)}"}`,
    }));
    const path = write({
      directory: newDirectory(),
      entries: [
        { sequence: 0, rows: long },
        { sequence: 2_000, rows: [{ id: 'wanted' }] },
      ],
    });
    const { decisions } = await find([path], { ids: ['wanted'] });
    expect(decisions).toMatchObject([{ decisionId: `${runs[0]}-2000`, policy: { reviewProbability: 0.5 } }]);
  });

  it('are read where the index is right and a frame before them is damaged', async () => {
    const rows = [{ id: 'wanted' }];
    const path = write({
      directory: newDirectory(),
      entries: [
        { sequence: 0, rows: [{ id: 'first' }] },
        { sequence: 1, rows },
      ],
    });
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(0, bytes.indexOf(Buffer.from('FSR1'), 16));
    writeFileSync(path, bytes);
    expect(idsOf(await find([path], { ids: ['wanted'] }))).toEqual([`${runs[0]}-1`]);
  });

  it('say whether ids are hashed in them, found or not', async () => {
    const rows = [{ id: 'a hash' }];
    const path = write({ directory: newDirectory(), entries: [{ sequence: 0, rows }], mask: { '/id': 'hash' } });
    expect(await find([path], { ids: ['a hash'] })).toMatchObject({ areHashed: true });
    expect(await find([path], { ids: ['nobody'] })).toEqual({ decisions: [], areHashed: true, damaged: 0 });
  });
});

describe('a decision by its own id', () => {
  it('is looked for in files of its run first, and then in files that somebody has joined', async () => {
    const directory = newDirectory();
    const entries = [{ sequence: 0, rows: [{ id: 'a' }] }];
    const [first, second] = runs.map((run) => write({ directory, entries, run })) as [string, string];
    expect(idsOf(await find([first, second], { decisionId: `${runs[1]}-0` }))).toEqual([`${runs[1]}-0`]);
    appendFileSync(first, readFileSync(second));
    expect(idsOf(await find([first], { decisionId: `${runs[1]}-0` }))).toEqual([`${runs[1]}-0`]);
    expect(idsOf(await find([first, second], { decisionId: 'nobody-0' }))).toEqual([]);
  });
});
