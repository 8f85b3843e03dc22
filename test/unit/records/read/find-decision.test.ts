import { Buffer } from 'node:buffer';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { KeyedHash } from '../../../../src/records/format/id-hash.js';
import type { ResolvedMask } from '../../../../src/records/protocol.js';
import { DecisionFinder } from '../../../../src/records/read/find-decision.js';
import { indexMissing } from '../../../../workers/records/index-missing.js';
import { LineEncoder } from '../../../../workers/records/lines/line-encoder.js';
import {
  decisionsEntry,
  filePieces,
  type SomeEntry,
  type SomeFile,
  someContext,
} from '../../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'records-find-'));
afterAll(() => rmSync(root, { recursive: true }));

const key = Buffer.from('a key of sixteen bytes');
const kept: ResolvedMask = { key: new Uint8Array(), fields: { '/id': 'keep' } };
const clock = { epochMs: () => 0 };
const day = Date.parse('2026-11-26T00:00:00Z');
const runs = ['0123456789abcdef', 'fedcba9876543210'] as const;

interface WrittenFile extends SomeFile {
  directory: string;
  extension?: string;
  hasIndex?: boolean;
  entries: readonly SomeEntry[];
}

/** A file as the writer leaves it. @returns its path. */
function write({ directory, entries, extension = 'fsr', hasIndex = true, ...file }: WrittenFile): string {
  const { pieces, index } = filePieces(entries.map(decisionsEntry), file);
  const name = `20261126T000000Z-${file.run ?? runs[0]}-${String(file.part ?? 0).padStart(6, '0')}.${extension}`;
  const path = join(directory, name);
  writeFileSync(path, Buffer.concat(pieces));
  if (hasIndex) index.write(`${path}.idx`);
  return path;
}

const newDirectory = (): string => mkdtempSync(join(root, 'd'));
const lines = (): LineEncoder => new LineEncoder(false);

describe('DecisionFinder', () => {
  it.each([
    { extension: 'fsr', file: () => ({}) },
    { extension: 'ndjson', file: () => ({ encoder: lines() }) },
  ])('finds a decision of a closed .$extension file with what a label needs', ({ extension, file }) => {
    const directory = newDirectory();
    const rows = [{ id: 'other' }, { id: 'wanted', decision: 2 as const, probability: 0.75, amount: 12.5 }];
    write({ directory, extension, ...file(), entries: [{ sequence: 0, at: day, rows }] });
    const finder = new DecisionFinder(directory, kept, clock);
    expect(finder.find('wanted')).toEqual({
      ...{ decision: 'BLOCK', version: '7', decidedAt: day },
      ...{ fraudProbability: 0.75, amount: 12.5 },
    });
    expect(finder.find('unknown')).toBeNull();
    finder.close();
  });

  it('looks for the hash of an id where ids are hashed, and for nothing where they are removed', () => {
    const directory = newDirectory();
    write({ directory, entries: [{ sequence: 0, rows: [{ id: new KeyedHash(key).of('wanted') }] }] });
    expect(new DecisionFinder(directory, { key, fields: { '/id': 'hash' } }, clock).find('wanted')).not.toBeNull();
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toBeNull();
    expect(new DecisionFinder(directory, { key, fields: { '/id': 'remove' } }, clock).find('wanted')).toBeNull();
  });

  it('gives the latest decision of an id, in whichever file it is', () => {
    const directory = newDirectory();
    const row = (decision: 0 | 1 | 2) => [{ id: 'wanted', decision }];
    write({
      directory,
      entries: [
        { sequence: 0, at: day, rows: row(0) },
        { sequence: 1, at: day + 9, rows: row(2) },
      ],
    });
    write({
      directory,
      run: runs[1],
      entries: [
        { sequence: 0, at: day + 5, rows: row(1) },
        { sequence: 1, at: day + 20, rows: [{ id: 'x' }] },
      ],
    });
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toMatchObject({
      decision: 'BLOCK',
      decidedAt: day + 9,
    });
  });

  it('says which of several versions decided', () => {
    const directory = newDirectory();
    const contexts = [someContext, { ...someContext, number: 1, model: { ...someContext.model, version: '8' } }];
    write({
      directory,
      contexts,
      entries: [
        { sequence: 0, rows: [{ id: 'a' }] },
        { sequence: 1, context: 1, rows: [{ id: 'b' }] },
      ],
    });
    const finder = new DecisionFinder(directory, kept, clock);
    expect([finder.find('a')?.version, finder.find('b')?.version]).toEqual(['7', '8']);
  });

  it('leaves out shadows and the fallback', () => {
    const directory = newDirectory();
    const rows = [{ id: 'wanted' }];
    const fallback = [{ id: 'wanted', decidedBy: 2 as const, error: 1 }];
    write({
      directory,
      entries: [
        { sequence: 0, rows, role: 2 },
        { sequence: 1, rows: fallback },
      ],
    });
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toBeNull();
  });

  it('finds decisions of files that come later, and forgets those of files that are deleted', () => {
    const directory = newDirectory();
    const finder = new DecisionFinder(directory, kept, clock);
    expect(finder.find('late')).toBeNull();
    const path = write({ directory, entries: [{ sequence: 0, rows: [{ id: 'late' }] }] });
    expect(finder.find('late')).not.toBeNull();
    rmSync(path);
    rmSync(`${path}.idx`);
    expect(finder.find('late')).toBeNull();
  });

  it('finds nothing, and fails at nothing, where files are damaged', () => {
    const directory = newDirectory();
    const path = write({ directory, entries: [{ sequence: 0, rows: [{ id: 'wanted' }] }] });
    const bytes = readFileSync(path);
    bytes.fill(255, bytes.length - 100);
    writeFileSync(path, bytes);
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toBeNull();
    writeFileSync(`${path}.idx`, 'short');
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toBeNull();
    expect(new DecisionFinder(join(directory, 'none'), kept, clock).find('wanted')).toBeNull();
  });

  it('finds every id of an index of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 0, max: 1e9 }), (count, salt) => {
        const directory = newDirectory();
        const rows = Array.from({ length: count }, (_, index) => ({ id: `${salt}-${index}` }));
        const entries = [
          { sequence: 0, rows: rows.slice(0, count >> 1) },
          { sequence: count >> 1, rows: rows.slice(count >> 1) },
        ];
        write({ directory, entries: entries.filter((entry) => entry.rows.length > 0) });
        const finder = new DecisionFinder(directory, kept, clock);
        for (let index = 0; index < count; index += 1 + (count >> 4))
          expect(finder.find(`${salt}-${index}`)).not.toBeNull();
        expect(finder.find(`${salt}-${count}`)).toBeNull();
        finder.close();
      }),
      { numRuns: 20 },
    );
  });
});

describe('indexMissing', () => {
  it.each([
    { extension: 'fsr', file: () => ({}) },
    { extension: 'ndjson', file: () => ({ encoder: lines() }) },
  ])('lets decisions of a .$extension file be found whose process was killed', ({ extension, file }) => {
    const directory = newDirectory();
    const path = write({
      directory,
      extension,
      ...file(),
      hasIndex: false,
      entries: [{ sequence: 0, rows: [{ id: 'wanted' }] }],
    });
    appendFileSync(path, 'FSR1 and no more');
    expect(indexMissing(directory, runs[1])).toBe(1);
    expect(new DecisionFinder(directory, kept, clock).find('wanted')).toMatchObject({ version: '7' });
    expect(indexMissing(directory, runs[1])).toBe(0);
  });

  it('leaves the files of the own run, and complete indexes, alone', () => {
    const directory = newDirectory();
    const own = write({ directory, hasIndex: false, entries: [{ sequence: 0, rows: [{ id: 'own' }] }] });
    write({ directory, run: runs[1], entries: [{ sequence: 0, rows: [{ id: 'other' }] }] });
    expect(indexMissing(directory, runs[0])).toBe(0);
    expect(existsSync(`${own}.idx`)).toBe(false);
  });

  it('writes the index anew of a file that has grown since', () => {
    const directory = newDirectory();
    const path = write({ directory, hasIndex: false, entries: [{ sequence: 0, rows: [{ id: 'first' }] }] });
    indexMissing(directory, runs[1]);
    const finder = new DecisionFinder(directory, kept, clock);
    const { pieces } = filePieces([decisionsEntry({ sequence: 1, rows: [{ id: 'second' }] })]);
    appendFileSync(path, pieces.at(-1) as Buffer);
    expect(finder.find('second')).toBeNull();
    expect(indexMissing(directory, runs[1])).toBe(1);
    expect(finder.find('second')).not.toBeNull();
  });
});
