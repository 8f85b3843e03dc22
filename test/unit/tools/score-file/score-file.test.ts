import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelResult, ScoreOutcome } from '../../../../src/api/result.js';
import { ClosedError, InferenceError, InvalidRequestError, WorkerLostError } from '../../../../src/errors.js';
import type { ManifestInput } from '../../../../src/models/manifest-inputs.js';
import { OutputFile } from '../../../../src/tools/score-file/output-file.js';
import type { RowRequest } from '../../../../src/tools/score-file/prepared-row.js';
import {
  type ScoredFile,
  type ScoreFileOrder,
  type ScoreFileParts,
  scoreFile,
} from '../../../../src/tools/score-file/score-file.js';
import { float32Text } from '../../../../src/tools/score-file/score-lines.js';

const inputs: ManifestInput[] = [{ name: 'X', size: 2, features: ['amount', 'hour'] }];

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-file-'));
  out = join(folder, 'scores.csv');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function scored(fraudProbability: number): ScoreOutcome {
  const value: ModelResult = {
    source: 'model',
    decision: 'APPROVE',
    decidedBy: 'policy',
    fraudProbability,
    riskScore: fraudProbability,
    riskLevel: 'LOW',
    model: { name: 'm', version: '1' },
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
  return { status: 'fulfilled', value };
}

/** A feature of the only input of a row of a CSV file. */
function featureOf({ features }: RowRequest, place: number): number {
  const isRow = typeof features === 'object' && features !== null && 'X' in features;
  return isRow && features.X instanceof Float32Array ? (features.X[place] ?? Number.NaN) : Number.NaN;
}

/** The score of a row is its amount. */
function scoreNow(requests: RowRequest[]): Promise<ScoreOutcome[]> {
  return Promise.resolve(requests.map((request) => scored(featureOf(request, 0))));
}

async function run(
  csv: string,
  order: Partial<ScoreFileOrder> = {},
  parts: Partial<ScoreFileParts> = {},
): Promise<ScoredFile> {
  const file = join(folder, 'rows.csv');
  await writeFile(file, csv);
  return scoreFile(
    { file, out, inputs, columns: {}, skipBadRows: false, ...order },
    { scoreMany: scoreNow, onScored: () => {}, onProgress: () => {}, ...parts },
  );
}

function table(rows: number): string {
  return `amount,hour\n${Array.from({ length: rows }, (_, row) => `${(row % 64) / 64},1\n`).join('')}`;
}

describe('scoreFile', () => {
  it.each<[string, ManifestInput[], string]>([
    [
      'a name with a dot',
      [
        { name: 'X', size: 1, features: ['hour'] },
        { name: 'Y', size: 1, features: ['hour'] },
        { name: 'Z', size: 1, features: ['X.hour'] },
      ],
      'feature "hour" of the input "X" and feature "X.hour" of the input "Z"',
    ],
    [
      'two long names',
      [
        { name: 'a', size: 2, features: ['b.c', 'c'] },
        { name: 'a.b', size: 2, features: ['c', 'b.c'] },
      ],
      'feature "b.c" of the input "a" and feature "c" of the input "a.b"',
    ],
  ])('refuses a model two of whose features would be read from one column: %s', async (_, inputs, both) => {
    await expect(run('a\n1\n', { inputs })).rejects.toThrow(both);
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('writes the scores in the order of the rows, whichever batch is ready first', async () => {
    const waiting: (() => void)[] = [];
    const result = run(
      table(3_000),
      {},
      {
        scoreMany: (requests) =>
          new Promise((resolve) => {
            waiting.push(() => resolve(scoreNow(requests)));
            // The last batch first.
            if (waiting.length === 3) for (const land of waiting.reverse()) land();
          }),
      },
    );
    expect(await result).toEqual({ rows: 3_000, scored: 3_000, skipped: [] });
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('row,fraudProbability,riskScore,decision');
    expect(lines.slice(1)).toEqual(
      Array.from({ length: 3_000 }, (_, row) => `${row + 1},${(row % 64) / 64},${(row % 64) / 64},APPROVE`),
    );
  });

  it('reads no further while four batches are being scored', async () => {
    let rowsRead = 0;
    let called = 0;
    let onFourth = (): void => {};
    let letGo = (): void => {};
    const fourth = new Promise<void>((resolve) => {
      onFourth = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const parts: Partial<ScoreFileParts> = {
      scoreMany: async (requests) => {
        called += 1;
        if (called === 4) onFourth();
        await gate;
        return scoreNow(requests);
      },
      onProgress: ({ rows }) => {
        rowsRead = rows;
      },
    };
    const result = run(table(40_000), {}, parts);
    await fourth;
    // A reader that did not wait would be further after some turns of the event loop.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(called).toBe(4);
    expect(rowsRead).toBeLessThan(10_000);
    letGo();
    expect(await result).toMatchObject({ rows: 40_000, scored: 40_000 });
    expect(called).toBe(Math.ceil(40_000 / 1_024));
  });

  it('tells the first bad row of the file, be it found by the reader or by the scorer', async () => {
    const refuseHour: ScoreFileParts['scoreMany'] = async (requests) =>
      requests.map((request) =>
        featureOf(request, 1) === 9
          ? {
              status: 'rejected',
              reason: new InvalidRequestError([
                { path: 'features.X[1]', expected: 'another hour', received: 'a number' },
              ]),
            }
          : scored(0.5),
      );
    const csv = 'amount,hour\n1,1\n1,9\nabc,1\n';
    await expect(run(csv, {}, { scoreMany: refuseHour })).rejects.toThrow(
      'rows.csv, line 3: column "hour": expected another hour, found a number',
    );
    expect(await readdir(folder)).toEqual(['rows.csv']);
    const { skipped, ...counts } = await run(csv, { skipBadRows: true }, { scoreMany: refuseHour });
    expect(counts).toEqual({ rows: 3, scored: 1 });
    expect(skipped.map(({ column, lines, rows }) => ({ column, lines, rows }))).toEqual([
      { column: 'amount', lines: [4], rows: 1 },
      { column: 'hour', lines: [3], rows: 1 },
    ]);
    expect(await readFile(out, 'utf8')).toBe('row,fraudProbability,riskScore,decision\n1,0.5,0.5,APPROVE\n');
  });

  it('tells the row that the runtime fails on without the words of the runtime, or leaves it out', async () => {
    const failAtNine: ScoreFileParts['scoreMany'] = async (requests) =>
      requests.map((request) =>
        featureOf(request, 1) === 9
          ? { status: 'rejected', reason: new InferenceError('The runtime failed on this request: idx=9') }
          : scored(0.5),
      );
    const csv = 'amount,hour\n1,1\n1,9\n1,1\n';
    const error = await run(csv, {}, { scoreMany: failAtNine }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/rows.csv, line 3: expected a row that the model can score .*the runtime fails/);
    expect(String(error)).not.toContain('idx');
    const { skipped, ...counts } = await run(csv, { skipBadRows: true }, { scoreMany: failAtNine });
    expect(counts).toEqual({ rows: 3, scored: 2 });
    expect(skipped.map(({ column, lines }) => ({ column, lines }))).toEqual([{ column: null, lines: [3] }]);
  });

  it('finds the row that makes a worker hang, which takes its whole batch with it', async () => {
    let calls = 0;
    const hangAtNine: ScoreFileParts['scoreMany'] = async (requests) => {
      calls += 1;
      const reason = new WorkerLostError('The worker hung');
      return requests.some((request) => featureOf(request, 1) === 9)
        ? requests.map(() => ({ status: 'rejected', reason }))
        : scoreNow(requests);
    };
    const csv = `${table(700)}1,9\n${table(200).slice('amount,hour\n'.length)}`;
    await expect(run(csv, {}, { scoreMany: hangAtNine })).rejects.toThrow(
      'rows.csv, line 702: expected a row that the model can score',
    );
    expect(calls).toBeLessThan(25);
    const { skipped, ...counts } = await run(csv, { skipBadRows: true }, { scoreMany: hangAtNine });
    expect(counts).toEqual({ rows: 901, scored: 900 });
    expect(skipped).toMatchObject([{ lines: [702], rows: 1 }]);
  });

  it('gives up where all rows lose their worker, after a bounded number of runs', async () => {
    let calls = 0;
    const losing: ScoreFileParts['scoreMany'] = async (requests) => {
      calls += 1;
      return requests.map(() => ({ status: 'rejected', reason: new WorkerLostError('the worker is gone') }));
    };
    await expect(run(table(900), { skipBadRows: true }, { scoreMany: losing })).rejects.toThrow('the worker is gone');
    expect(calls).toBeLessThan(80);
  });

  it('fails where the scorer does, bad rows skipped or not, and leaves nothing behind', async () => {
    const failing: ScoreFileParts['scoreMany'] = async (requests) =>
      requests.map(() => ({ status: 'rejected', reason: new ClosedError('the scorer is closed') }));
    await expect(run(table(3), { skipBadRows: true }, { scoreMany: failing })).rejects.toThrow('the scorer is closed');
    const rejecting = (): Promise<never> => Promise.reject(new InferenceError('all is lost'));
    await expect(run(table(9_000), {}, { scoreMany: rejecting })).rejects.toThrow('all is lost');
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('keeps a file of scores that is there, until the new one is complete', async () => {
    await writeFile(out, 'earlier');
    await expect(run('amount,hour\nabc,1\n')).rejects.toThrow('line 2');
    expect(await readFile(out, 'utf8')).toBe('earlier');
    await run(table(1));
    expect(await readFile(out, 'utf8')).toContain('1,0,0,APPROVE');
  });

  it('refuses a file of bad rows alone, with the first reason', async () => {
    await expect(run('amount,hour\nabc,1\n,1\n', { skipBadRows: true })).rejects.toThrow(
      /all 2 rows are bad; line 2: column "amount": expected a number .*, found text/,
    );
    expect(await run('amount,hour\n')).toEqual({ rows: 0, scored: 0, skipped: [] });
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const abort = new AbortController();
    const onProgress = (): void => abort.abort();
    await expect(run(table(40_000), {}, { signal: abort.signal, onProgress })).rejects.toThrow('Interrupted');
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('tells labels, amounts and ids, and which rows they belong to', async () => {
    const seen: unknown[] = [];
    await run(
      'who,amount,hour,fraud\n"a,1",0.25,3,1\nb,0.5,4,\nc,0.75,5,False\n',
      { columns: { id: 'who', label: 'fraud', amount: 'hour' } },
      { onScored: ({ id, isFraud, amount }) => seen.push([id, isFraud, amount]) },
    );
    expect(seen).toEqual([
      ['a,1', true, 3],
      ['b', null, 0],
      ['c', false, 5],
    ]);
    expect(await readFile(out, 'utf8')).toContain('who,fraudProbability,riskScore,decision\n"a,1",0.25,0.25,APPROVE\n');
  });

  it.each([
    ['fraud', '2', 'a label: 1 or true for fraud, 0 or false, or nothing'],
    ['fraud', 'yes', 'a label'],
    ['value', '-1', 'an amount, a number of at least 0, found a negative number'],
    ['value', '', 'an amount, a number of at least 0, found an empty cell'],
    ['value', '0x1', 'an amount, a number of at least 0, found other text'],
  ])('refuses a row whose %s is "%s"', async (column, cell, message) => {
    const cells = { fraud: '1', value: '1', [column]: cell };
    const csv = `amount,hour,fraud,value\n1,1,${cells.fraud},${cells.value}\n`;
    await expect(run(csv, { columns: { label: 'fraud', amount: 'value' } })).rejects.toThrow(message);
  });
});

describe('OutputFile', () => {
  it('reports what the disk refused, and not what came of it', async () => {
    const file = new OutputFile(join(folder, 'missing', 'a.csv.gz'), true);
    await expect(file.write('x'.repeat(1_000_000)).then(() => file.commit())).rejects.toThrow(
      "a.csv.gz can't be written: there is no such file or directory",
    );
    await file.discard();
  });
});

describe('float32Text', () => {
  it('is the shortest number that rounds to the value', () => {
    expect([0.1, 0.25, 1, 0, 1e-10, 0.123456789].map((value) => float32Text(Math.fround(value)))).toEqual([
      '0.1',
      '0.25',
      '1',
      '0',
      '1e-10',
      '0.12345679',
    ]);
    for (let bits = 1; bits < 2 ** 30; bits += 9_999_991) {
      const value = new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
      expect(Math.fround(Number(float32Text(value)))).toBe(value);
    }
  });
});
