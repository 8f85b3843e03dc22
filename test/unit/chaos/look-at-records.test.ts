import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileName } from '../../../src/records/format/file-names.js';
import { LineEncoder } from '../../../workers/records/lines/line-encoder.js';
import { lookAt } from '../../chaos/records/look-at.js';
import { decisionsEntry, endEntry, filePieces, type SomeFile, someRun } from '../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'look-at-'));
afterAll(() => rmSync(root, { recursive: true }));

const begunAt = Date.parse('2026-11-26T00:00:00Z');
const twoRows = (first: number): Buffer =>
  decisionsEntry({ sequence: first, rows: [{ id: `${first}` }, { id: `${first + 1}` }] });

const forms = [
  { extension: 'fsr', file: (): SomeFile => ({}) },
  { extension: 'ndjson', file: (): SomeFile => ({ encoder: new LineEncoder(false) }) },
  { extension: 'ndjson.gz', file: (): SomeFile => ({ encoder: new LineEncoder(true) }) },
];

describe.each(forms)('lookAt, for .$extension files', ({ extension, file }) => {
  /** Two files of 8 decisions as a killed host leaves them. Each has four pieces of two decisions. */
  const intact = (): Buffer[][] =>
    [0, 1].map((part) => {
      const entries = [0, 2, 4, 6].map((first) => twoRows(8 * part + first));
      return filePieces(entries, { ...file(), part }).pieces;
    });

  async function problemsOf(files: readonly (readonly Buffer[])[], flushed = 16): Promise<string[]> {
    const folder = mkdtempSync(join(root, 'd'));
    const flushedFile = join(root, 'flushed.txt');
    writeFileSync(flushedFile, Array.from({ length: flushed }, (_, id) => `${id}\n`).join(''));
    for (const [part, pieces] of files.entries()) {
      if (pieces.length === 0) continue;
      writeFileSync(join(folder, fileName(begunAt + part * 1_000, someRun, part, extension)), Buffer.concat(pieces));
    }
    return (await lookAt(folder, flushedFile)).problems;
  }

  it('finds no problem in what a killed host leaves', async () => {
    const [first = [], second = []] = intact();
    expect(await problemsOf([first, second])).toEqual([]);
    const cut = second.at(-1)?.subarray(0, -5) ?? Buffer.alloc(0);
    expect(await problemsOf([first, [...second.slice(0, -1), cut]], 14)).toEqual([]);
  });

  it('reports a damaged piece', async () => {
    const [first = [], second = []] = intact();
    const piece = first.at(-2) as Buffer;
    const middle = piece.length >> 1;
    // A line that is not JSON, or a frame or gzip member whose checksum is wrong.
    piece.writeUInt8(extension === 'ndjson' ? 10 : piece.readUInt8(middle) ^ 0xff, middle);
    const problems = await problemsOf([first, second]);
    expect(problems.some((text) => /and [1-9]\d* places damaged$/.test(text))).toBe(true);
    expect(problems).toContainEqual(expect.stringMatching(/decisions that were flushed are missing$/));
  });

  it('reports a piece that was removed', async () => {
    const [first = [], second = []] = intact();
    const problems = await problemsOf([first.toSpliced(-2, 1), second]);
    expect(problems).toEqual([
      'record 6 came where 4 should',
      '2 records are lost and 0 places damaged',
      '2 decisions that were flushed are missing',
    ]);
  });

  it.each([
    { removed: 'first', part: 0, problems: ['record 8 came where 0 should'] },
    { removed: 'last', part: 1, problems: [] },
  ])('reports that the $removed file was removed', async ({ part, problems }) => {
    const files = intact().with(part, []);
    expect(await problemsOf(files)).toEqual([...problems, '8 decisions that were flushed are missing']);
  });

  it('reports a piece that is there twice', async () => {
    const [first = [], second = []] = intact();
    const repeated = first.at(-1) as Buffer;
    expect(await problemsOf([[...first, repeated], second])).toEqual([
      'record 6 is there twice',
      'record 7 is there twice',
    ]);
  });

  it('reports two decisions of one request', async () => {
    const [first = [], second = []] = intact();
    const again = decisionsEntry({ sequence: 16, rows: [{ id: '3' }] });
    const { pieces } = filePieces([again], { ...file(), part: 2 });
    expect(await problemsOf([first, second, pieces])).toEqual(['the decision of 3 is there twice']);
  });

  it('reports that a second file is cut', async () => {
    const cut = intact().map((pieces) => [...pieces.slice(0, -1), (pieces.at(-1) as Buffer).subarray(0, -5)]);
    expect(await problemsOf(cut, 0)).toContain('2 files are cut');
  });

  it('reports a run that has an end', async () => {
    const [first = [], second = []] = intact();
    const { pieces } = filePieces([endEntry(16)], { ...file(), part: 2 });
    expect(await problemsOf([first, second, pieces])).toEqual(['a run that was killed has an end']);
  });
});
