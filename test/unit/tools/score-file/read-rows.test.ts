import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../../src/tools/score-file/json-features.js';
import type { RawRow, RowReader, WantedColumn } from '../../../../src/tools/score-file/raw-row.js';
import { readCsv } from '../../../../src/tools/score-file/read-csv.js';
import { readNdjson } from '../../../../src/tools/score-file/read-ndjson.js';

function wanted(...names: string[]): WantedColumn[] {
  return names.map((name) => ({ name }));
}

async function* inPieces(text: string, length: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function rowsOf<Cells>(reader: RowReader<Cells>): Promise<RawRow<Cells>[]> {
  const rows: RawRow<Cells>[] = [];
  for await (const some of reader) rows.push(...some);
  return rows;
}

const csv = (text: string, columns: WantedColumn[], length = 7): Promise<RawRow<readonly string[]>[]> =>
  rowsOf(readCsv('rows.csv', inPieces(text, length), columns));
const ndjson = (text: string, length = 7): Promise<RawRow<Fields>[]> =>
  rowsOf(readNdjson('rows.ndjson', inPieces(text, length)));

/** What was read, or what is wrong. */
function seen(row: RawRow<unknown>): unknown {
  return 'problem' in row ? row.problem.received : row.cells;
}

describe('readCsv', () => {
  it('gives the wanted cells of each row, with its number and the line on which it begins', async () => {
    expect(await csv('\ufeffb,note,a\r\n1,"two\r\nlines",2\r\n\r\n3,"a ""word""",4', wanted('a', 'b'))).toEqual([
      { number: 1, line: 2, cells: ['2', '1'], length: 0 },
      { number: 2, line: 5, cells: ['4', '3'], length: 0 },
    ]);
  });

  it('ends a row at any line end where a file mixes them, and keeps those in quotation marks', async () => {
    for (const length of [3, 7, 100]) {
      expect(await csv('a,b\n1,x\r\n2,"y\r\nz"\r\n3,"w\n"\n4,v\r5,u\r\n', wanted('a', 'b'), length)).toEqual([
        { number: 1, line: 2, cells: ['1', 'x'], length: 0 },
        { number: 2, line: 3, cells: ['2', 'y\r\nz'], length: 0 },
        { number: 3, line: 5, cells: ['3', 'w\n'], length: 0 },
        { number: 4, line: 7, cells: ['4', 'v'], length: 0 },
        { number: 5, line: 8, cells: ['5', 'u'], length: 0 },
      ]);
    }
    expect((await csv('a,b\r\n1,x\n2,y\n', wanted('a', 'b'))).map(seen)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ]);
  });

  it('finds out by the first line that cells end with semicolons or tabs', async () => {
    expect(await csv('a;"b, c"\n1,5;2', wanted('a', 'b, c'), 100)).toMatchObject([{ cells: ['1,5', '2'] }]);
    expect(await csv('a\tb\n1\t2', wanted('a', 'b'), 100)).toMatchObject([{ cells: ['1', '2'] }]);
  });

  it('tells of a row with too few or too many cells, and goes on', async () => {
    const rows = await csv('a,b\n1\n1,2,3\n4,5\n', wanted('a'));
    expect(rows.map(seen)).toEqual(['1', '3', ['4']]);
  });

  it('names the line of a quotation mark in a wrong place, and quotes nothing', async () => {
    await expect(csv('a,b\n1,2\n"x"secret,2\n', wanted('a'))).rejects.toThrow(
      'rows.csv, line 3: expected the end of a cell after a closing quotation mark',
    );
    await expect(csv('a,b\n1,x"y\n', wanted('a'))).rejects.toThrow('rows.csv, line 2: a quotation mark in a cell');
    await expect(csv('a,b\n1,"x\n', wanted('a'))).rejects.toThrow(/a quotation mark is opened here or before/);
  });

  it('refuses a file without a wanted column, or with two of them', async () => {
    await expect(csv('amuont,b\n', wanted('amount', 'hour', 'b'))).rejects.toThrow(
      'rows.csv: there are no columns "amount" (the nearest is "amuont"), "hour"',
    );
    await expect(csv('a,b,a\n1,2,3\n', wanted('a'))).rejects.toThrow('rows.csv: two columns are called "a"');
    expect(await csv('a,b,b\n1,2,3\n', wanted('a'))).toHaveLength(1);
    await expect(csv('', wanted('a'))).rejects.toThrow('found nothing');
  });

  it('reads back whatever a table holds, however it is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', ';') });
    const table = fc.array(fc.tuple(fc.constant('x'), cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (table, length) => {
        const rows = await csv(
          stringify([['key', 'text, first'], ...table]),
          wanted('key', 'text, first'),
          length + 20,
        );
        expect(rows.map(seen)).toEqual(table);
      }),
      { numRuns: 50 },
    );
  });
});

describe('readNdjson', () => {
  it('tells of a line that holds no JSON object, and passes over empty ones', async () => {
    const rows = await ndjson('\ufeff{"a":1}\r\n\r\nsecret\n[1]\n{"a":2}');
    expect(rows.map(({ line, number }) => [number, line])).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
    expect(rows.map(seen)).toEqual([{ a: 1 }, 'text that is not JSON', 'an array of 1', { a: 2 }]);
  });

  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":"\\"a\\":","\\u0061" : 2}', 'a'],
    ['{"id":1,"features":{"X":{"b":1,"c":[{}],"b":2}}}', 'features.X.b'],
    ['{"a":[{"b":1},{"c":1,"b":2},{"b":{},"b":1}]}', 'a.b'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('refuses a row with a name that is there twice: %s', async (row, column) => {
    const [first, second] = await ndjson(`${row}\n{"a":1}\n`);
    expect(first).toMatchObject({ problem: { column, expected: 'each name once in an object', received: 'it twice' } });
    expect(second).toMatchObject({ cells: { a: 1 } });
  });

  it.each(['{"a":{"b":1},"c":{"b":2},"b":[{"b":1},{"b":2}]}', '{"a":"\\"a\\":1,\\"a\\":","b":":","c":{}, "d" :[ ]}'])(
    'takes a row whose names only look as if they were there twice: %s',
    async (row) => {
      expect((await ndjson(row)).map(seen)).toEqual([JSON.parse(row)]);
    },
  );

  it('takes a row of fields as it was written, whatever their names and values are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (row) => {
        const text = JSON.stringify(row);
        expect((await ndjson(text, 1_000)).map(seen)).toEqual([JSON.parse(text)]);
      }),
    );
  });

  it('takes a file of empty lines for one without rows, and refuses an empty one', async () => {
    expect(await ndjson('\n \n')).toEqual([]);
    await expect(ndjson('')).rejects.toThrow('rows.ndjson: expected a JSON object on each line, found an empty file');
  });
});
