import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer } from '../../src/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';

const model = projectPath('models/visa-fraud/1');

interface TestRow {
  id: string;
  label: number;
  amount: number;
  features: Record<string, number>;
}

let folder: string;
let rows: TestRow[];
/** What `score` gives for each row. */
let expected: { fraudProbability: number; riskScore: number; decision: string }[];
let names: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-cli # '));
  const manifest: { inputs: { name: string; features: string[] }[] } = JSON.parse(
    await readFile(join(model, 'model.json'), 'utf8'),
  );
  const cases: { features: Record<string, number[]> }[] = JSON.parse(await readFile(join(model, 'cases.json'), 'utf8'));
  names = manifest.inputs.flatMap(({ features }) => features);
  rows = cases.map(({ features }, row) => {
    const values = manifest.inputs.flatMap(({ name }) => features[name] ?? []);
    return {
      id: `tx-${row}, "odd"`,
      label: row % 3 === 0 ? 1 : 0,
      amount: row * 10,
      features: Object.fromEntries(names.map((name, place) => [name, values[place] ?? Number.NaN])),
    };
  });
  await using scorer = await FraudScorer.create({ model, providers: ['cpu'], workers: 1 });
  const outcomes = await scorer.scoreMany(cases.map(({ features }) => ({ features })));
  expected = outcomes.map((outcome) => {
    if (outcome.status !== 'fulfilled' || outcome.value.source !== 'model') throw new Error('no score');
    const { fraudProbability, riskScore, decision } = outcome.value;
    return { fraudProbability, riskScore, decision };
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name));
});

interface End {
  code: number;
  stdout: string;
  stderr: string;
}

async function score(file: string, ...options: string[]): Promise<End> {
  const end: End = { code: -1, stdout: '', stderr: '' };
  const output = {
    write: (text: string) => {
      end.stdout += text;
    },
    error: (text: string) => {
      end.stderr += text;
    },
  };
  const all = ['score', file, '--model', model, '--provider', 'cpu', ...options];
  end.code = await runCli(all, output);
  return end;
}

function quoted(cell: string | number): string {
  return typeof cell === 'string' && /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell);
}

/** @param change of the cells of a row, in the order id, label, amount, features in the reverse order, note. */
function csvOf(change: (cells: (string | number)[], row: number) => (string | number)[] = (cells) => cells): string {
  const reversed = [...names].reverse();
  const lines = rows.map(({ id, label, amount, features }, row) => {
    const cells = change([id, label, amount, ...reversed.map((name) => features[name] ?? ''), 'a "note"'], row);
    return cells.map(quoted).join(',');
  });
  return `\ufeff${['id', 'is_fraud', 'amount', ...reversed, 'note'].join(',')}\r\n${lines.join('\r\n')}\r\n`;
}

function ndjsonOf(make: (row: TestRow) => object): string {
  return rows.map((row) => `${JSON.stringify(make(row))}\n`).join('');
}

async function put(name: string, contents: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, contents);
  return path;
}

describe('fraud-scorer score', () => {
  it('says by column how many rows had a text that the model does not know, and never the text', async () => {
    const file = await put('rows.csv', 'amount,hour,country,age\n1,2,DE,30\n1,2,secret,30\n1,2,,30\n1,2,hidden,30\n');
    const options = ['--model', fixtureModel('missing'), '--out', join(folder, 'scores.csv'), '--skip-bad-rows'];
    const { code, stdout } = await score(file, ...options);
    expect(code).toBe(0);
    expect(stdout).toContain('Texts that the model does not know, scored as unknownCategory: country 2 rows\n');
    const { stdout: json } = await score(file, ...options, '--json');
    expect(JSON.parse(json)).toMatchObject({ scored: 3, unknownTexts: [{ column: 'country', rows: 2 }] });
    expect(stdout + json).not.toMatch(/secret|hidden/);
    const known = await score(await put('known.csv', 'amount,hour,country,age\n1,2,TR,30\n'), ...options);
    expect(known.stdout).not.toContain('unknownCategory');
  });

  it('scores a CSV file by the names of its columns, as score does', async () => {
    const out = join(folder, 'scores.csv');
    const { code, stdout, stderr } = await score(await put('rows.csv', csvOf()), '--out', out, '--id', 'id');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`visa-fraud 1: ${rows.length} rows scored`);
    const scores: Record<string, string>[] = parse(await readFile(out), { columns: true });
    expect(scores.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(
      scores.map(({ fraudProbability, riskScore, decision }) => {
        const [probability, risk] = [Math.fround(Number(fraudProbability)), Math.fround(Number(riskScore))];
        return { fraudProbability: probability, riskScore: risk, decision };
      }),
    ).toEqual(expected);
    expect(await readdir(folder)).toEqual(['rows.csv', 'scores.csv']);
  });

  it.each([
    ['fields by name', ({ id, features }: TestRow) => ({ id, ...features, note: { text: 'ignored' } })],
    ['requests with features by name', ({ id, features }: TestRow) => ({ id, features })],
  ])('scores an NDJSON file, packed too: %s', async (_, make) => {
    const out = join(folder, 'scores.ndjson.gz');
    const file = await put('rows.ndjson.gz', gzipSync(ndjsonOf(make)));
    const { code, stderr } = await score(file, '--out', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = gunzipSync(await readFile(out))
      .toString()
      .trimEnd()
      .split('\n');
    const scores = lines.map((line) => JSON.parse(line));
    expect(scores.map(({ row }) => row)).toEqual(rows.map((_, row) => row + 1));
    expect(scores.map(({ fraudProbability }) => Math.fround(fraudProbability))).toEqual(
      expected.map(({ fraudProbability }) => fraudProbability),
    );
  });

  it('ends at a bad row with its line and column, never its value, and writes nothing', async () => {
    const out = join(folder, 'scores.csv');
    const file = await put(
      'rows.csv',
      csvOf((cells, row) => (row === 5 ? cells.with(3, 'secret') : cells)),
    );
    const { code, stdout, stderr } = await score(file, '--out', out);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `${file}, line 7: column ${JSON.stringify(names.at(-1))}: expected a number in the range of float32, found text\n`,
    );
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('leaves bad rows out where it is told to, and lists them by reason and line', async () => {
    const out = join(folder, 'scores.csv');
    const file = await put(
      'rows.csv',
      csvOf((cells, row) => {
        if (row === 1 || row === 4) return cells.with(3, 'secret');
        if (row === 2) return cells.with(4, '');
        return row === 3 ? cells.slice(1) : cells;
      }),
    );
    const { code, stdout } = await score(file, '--out', out, '--skip-bad-rows');
    expect(code).toBe(0);
    expect(stdout).toContain('Bad rows, left out: 4');
    expect(stdout).toContain('found text: 2 rows (lines 3, 6)');
    expect(stdout).toContain('found an empty cell: 1 row (line 4)');
    expect(stdout).toContain(`expected 104 cells, as the first line has, found 103: 1 row (line 5)`);
    expect(stdout).not.toContain('secret');
    const scores: Record<string, string>[] = parse(await readFile(out), { columns: true });
    expect(scores.map(({ row }) => Number(row))).toEqual([1, ...rows.slice(5).map((_, row) => row + 6)]);
  });

  it('names a missing column, and the one that is most like it', async () => {
    const file = await put('rows.csv', csvOf().replace('customer_age', 'costumer_age'));
    const { code, stderr } = await score(file, '--out', join(folder, 'scores.csv'));
    expect(code).toBe(1);
    expect(stderr).toBe(`${file}: there is no column "customer_age" (the nearest is "costumer_age")\n`);
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('measures scores by labels, and finds the thresholds that save most', async () => {
    const file = await put('rows.csv', csvOf());
    const money = ['--label', 'is_fraud', '--amount', 'amount', '--review-cost', '2'];
    const { code, stdout } = await score(file, '--out', join(folder, 'scores.csv'), ...money, '--json');
    expect(code).toBe(0);
    const { evaluation, decisions, ...rest } = JSON.parse(stdout);
    expect(rest).toMatchObject({ rows: rows.length, scored: rows.length, skipped: [], report: null });
    const frauds = rows.filter(({ label }) => label === 1).length;
    expect(evaluation).toMatchObject({ labelled: rows.length, frauds, unlabelled: 0, isExact: true });
    const scored = rows.map((row, at) => ({ ...row, ...expected[at] }));
    let pairs = 0;
    for (const fraud of scored.filter(({ label }) => label === 1)) {
      for (const good of scored.filter(({ label }) => label === 0)) {
        const difference = (fraud.fraudProbability ?? 0) - (good.fraudProbability ?? 0);
        pairs += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
      }
    }
    expect(evaluation.areaUnderRoc).toBeCloseTo(pairs / (frauds * (rows.length - frauds)), 9);
    const stopped = scored.filter(({ decision }) => decision !== 'APPROVE');
    const blocked = scored.filter(({ decision }) => decision === 'BLOCK');
    expect(decisions).toMatchObject({ BLOCK: blocked.length, REVIEW: stopped.length - blocked.length });
    const sum = (list: typeof scored, label: number): number =>
      list.filter((row) => row.label === label).reduce((total, { amount }) => total + amount, 0);
    expect(evaluation.decided.saved).toBeCloseTo(
      sum(stopped, 1) - 2 * (stopped.length - blocked.length) - sum(blocked, 0),
      6,
    );
    expect(evaluation.best.saved).toBeGreaterThanOrEqual(evaluation.decided.saved);
    const people = await score(file, '--out', join(folder, 'scores.csv'), ...money);
    expect(people.stdout).toMatch(/Area under ROC: 0\.\d{4}\nAverage precision: 0\.\d{4}\n/);
    expect(people.stdout).toMatch(/Most money saved: [\d,.-]+\nby the policy: \{ "reviewProbability": /);
  });

  it('leaves rows without a label out of what it measures, and scores them', async () => {
    const file = await put(
      'rows.csv',
      csvOf((cells, row) => (row < 4 ? cells.with(1, '') : cells)),
    );
    const { stdout } = await score(file, '--out', join(folder, 'scores.csv'), '--label', 'is_fraud');
    expect(stdout).toContain('Without a label: 4 rows, scored, but not counted here');
  });

  it('writes the curves to an HTML file that loads nothing and runs no script', async () => {
    const file = await put('rows <1>.csv', csvOf());
    const report = join(folder, 'report.html');
    const options = ['--label', 'is_fraud', '--amount', 'amount', '--review-cost', '2', '--report', report];
    const { code, stdout, stderr } = await score(file, '--out', join(folder, 'scores.csv'), ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Curves: ${report}`);
    const html = await readFile(report, 'utf8');
    expect(html.match(/<svg /g)).toHaveLength(5);
    for (const title of ['ROC curve', 'Precision and detection rate', 'Money saved by threshold', 'Thresholds']) {
      expect(html).toContain(`<h2>${title}</h2>`);
    }
    expect(html).toContain('rows &lt;1&gt;.csv');
    expect(html.replaceAll('http://www.w3.org/', '')).not.toMatch(/<script|<link|<img|https?:|url\((?!#)/);
  });

  it('works as it is built, each part in its own file', async () => {
    const file = await put('rows.csv.gz', gzipSync(csvOf()));
    const paths = ['--out', join(folder, 'scores.csv'), '--report', join(folder, 'report.html')];
    const args = ['score', file, '--model', model, '--label', 'is_fraud', '--provider', 'cpu', ...paths];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [projectPath('dist/cli.js'), ...args]);
    // No terminal, no progress bar.
    expect(stderr).toBe('');
    expect(stdout).toContain(`${rows.length} rows scored`);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<svg ');
    expect((await readFile(join(folder, 'scores.csv'), 'utf8')).trimEnd().split('\n')).toHaveLength(rows.length + 1);
  });

  it('ends before it scores where the report can not be written', async () => {
    const file = await put('rows.csv', csvOf());
    const report = join(folder, 'none', 'report.html');
    const end = await score(file, '--out', join(folder, 'scores.csv'), '--label', 'is_fraud', '--report', report);
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toBe(`${report} can't be written: there is no such file or directory\n`);
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('refuses options that do not go together, and file names that say no format', async () => {
    const file = await put('rows.csv', csvOf());
    const out = join(folder, 'scores.csv');
    const wrong: [string[], string][] = [
      [['--out', out, '--amount', 'amount', '--review-cost', '1'], '--label beside it'],
      [['--out', out, '--label', 'is_fraud', '--amount', 'amount'], '--amount and --review-cost together'],
      [['--out', join(folder, 'scores.txt')], 'a name that ends in .csv'],
      [['--out', file], 'another file than the one that is scored'],
      [['--out', out, '--id', 'decision'], 'a column whose name is not that of a score'],
      [['--out', out, '--thresholds', '0.5,2'], 'expected numbers from 0 to 1 with commas between'],
      [['--out', out, '--thresholds', 'abc'], 'expected numbers from 0 to 1 with commas between'],
      [['--out', out, '--thresholds', '0.5,,1'], 'expected numbers from 0 to 1 with commas between'],
      [['--out', out, '--review-cost', 'abc'], 'expected a number of at least 0'],
    ];
    for (const [options, message] of wrong) {
      const { code, stderr } = await score(file, ...options);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('refuses text that is not UTF-8 with its line, packed too, and bad rows skipped or not', async () => {
    const out = join(folder, 'scores.csv');
    const bytes = Buffer.from(
      csvOf((cells, row) => (row === 4 ? cells.with(-1, 'M\xfcller') : cells)).slice(1),
      'latin1',
    );
    const json = Buffer.from(`${ndjsonOf(({ features }) => ({ features }))}{"name":"M\xfcller"}\n`, 'latin1');
    const files = [
      [await put('rows.csv', bytes), 6],
      [await put('rows.csv.gz', gzipSync(bytes)), 6],
      [await put('rows.ndjson', json), rows.length + 1],
    ] as const;
    for (const [file, line] of files) {
      for (const options of [[], ['--skip-bad-rows']]) {
        const { code, stderr } = await score(file, '--out', out, ...options);
        const problem = 'expected UTF-8 text, found bytes that are not UTF-8 (save the file as UTF-8)';
        expect({ code, stderr }).toEqual({ code: 1, stderr: `${file}, line ${line}: ${problem}\n` });
      }
    }
    expect((await readdir(folder)).sort()).toEqual(['rows.csv', 'rows.csv.gz', 'rows.ndjson']);
  });

  it('warns of a file with a header alone', async () => {
    const file = await put('rows.csv', `${csvOf().split('\r\n', 1)[0]}\n`);
    const out = join(folder, 'scores.csv');
    const { code, stderr } = await score(file, '--out', out, '--label', 'is_fraud', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `Warning: ${file} has no rows; ${out} has no scores\n` });
    expect(await readFile(out, 'utf8')).toBe('row,fraudProbability,riskScore,decision\n');
  });

  it('says why a file can not be read or written', async () => {
    const file = await put('rows.csv', csvOf());
    const cut = await put('cut.csv.gz', gzipSync(csvOf()).subarray(0, 2_000));
    const ends = [
      await score(join(folder, 'none.csv'), '--out', join(folder, 'scores.csv')),
      await score(file, '--out', join(folder, 'none', 'scores.csv.gz')),
      await score(cut, '--out', join(folder, 'scores.csv')),
      await score(await put('empty.csv', ''), '--out', join(folder, 'scores.csv')),
    ];
    expect(ends.map(({ code }) => code)).toEqual([1, 3, 1, 1]);
    expect(ends.map(({ stderr }) => stderr.replaceAll(folder, ''))).toEqual([
      "/none.csv can't be read: there is no such file or directory\n",
      "/none/scores.csv.gz can't be written: there is no such file or directory\n",
      "/cut.csv.gz can't be read: its gzip data is cut off\n",
      '/empty.csv: expected a line with the names of the columns, found nothing\n',
    ]);
    expect((await readdir(folder)).sort()).toEqual(['cut.csv.gz', 'empty.csv', 'rows.csv']);
  });
});
