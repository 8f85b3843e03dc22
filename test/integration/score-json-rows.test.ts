import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer, InvalidRequestError } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-json-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name));
});

interface End {
  code: number;
  stderr: string;
  scores: number[];
  rows: unknown[];
}

/** Scores lines of NDJSON. */
async function score(model: string, lines: readonly string[], ...options: string[]): Promise<End> {
  const file = join(folder, 'rows.ndjson');
  const out = join(folder, 'scores.ndjson');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  let stderr = '';
  const output = {
    write: () => {},
    error: (text: string) => {
      stderr += text;
    },
  };
  const all = ['score', file, '--model', model, '--provider', 'cpu', '--out', out, ...options];
  const code = await runCli(all, output);
  const text = await readFile(out, 'utf8').catch(() => '');
  const written = text.split('\n').filter((line) => line !== '');
  const parsed: { row: unknown; fraudProbability: number }[] = written.map((line) => JSON.parse(line));
  await rm(out, { force: true });
  return {
    code,
    stderr: stderr.replaceAll(file, 'FILE'),
    scores: parsed.map(({ fraudProbability }) => Math.fround(fraudProbability)),
    rows: parsed.map(({ row }) => row),
  };
}

async function scoresOf(model: string, features: readonly unknown[]): Promise<(number | string)[]> {
  await using scorer = await FraudScorer.create({ model, providers: ['cpu'], workers: 1 });
  const outcomes = await scorer.scoreMany(untyped(features.map((one) => ({ features: one }))));
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value.source === 'model' ? outcome.value.fraudProbability : '';
    if (!(outcome.reason instanceof InvalidRequestError)) throw outcome.reason;
    return outcome.reason.issues[0]?.path ?? '';
  });
}

const typed = fixtureModel('typed');
const goodTyped = {
  half: [0.5, 0.25],
  double: 0.1,
  big: 7,
  small: 3,
  flag: true,
  text: { country: 'DE', sex: null },
  sequence: [1, 2, 3, 4, 5, 6],
  single: 0.5,
};

describe('rows of NDJSON', () => {
  it.each<[string, unknown]>([
    ['an array that is too short', { ...goodTyped, sequence: [1, 2, 3, 4, 5] }],
    ['an array that is too long', { ...goodTyped, sequence: [1, 2, 3, 4, 5, 6, 7] }],
    ['an array of none for an input of one', { ...goodTyped, double: [] }],
    ['a misspelt input', { ...goodTyped, squence: [1, 2, 3, 4, 5, 6] }],
    ['an unknown name inside an input', { ...goodTyped, text: { country: 'DE', sex: 'male', contry: 'TR' } }],
    ['a feature that is given twice', { ...goodTyped, country: 'DE' }],
    ['true in an array of integers', { ...goodTyped, big: [true] }],
    ['a short integer in quotes', { ...goodTyped, big: '3' }],
    ['a short integer in quotes in an array', { ...goodTyped, big: ['3'] }],
    ['an integer with a fraction', { ...goodTyped, big: 3.5 }],
    ['a number in place of a text', { ...goodTyped, text: ['DE', 4] }],
    ['an integer beyond int32', { ...goodTyped, small: 2 ** 31 }],
    ['an object for an array', { ...goodTyped, sequence: { '0': 1 } }],
    ['null for an input that must be there', { ...goodTyped, half: null }],
    ['a feature that must be there', { ...goodTyped, text: { sex: 'male' } }],
    ['features that are a number', 5],
    ['features that are a list', [1, 2]],
    ['features that are null', null],
    ['features that are a request', { features: goodTyped }],
  ])('refuses %s as score does, with its line, or leaves the row out', async (_, features) => {
    const [path] = await scoresOf(typed, [features]);
    expect(path).toEqual(expect.any(String));
    const lines = [{ features: goodTyped }, { features }, { features: goodTyped }].map((row) => JSON.stringify(row));
    const end = await score(typed, lines);
    expect(end).toMatchObject({ code: 1, scores: [] });
    expect(end.stderr).toContain(`FILE, line 2: column ${JSON.stringify(path)}: expected `);
    const { code, rows } = await score(typed, lines, '--skip-bad-rows');
    expect({ code, rows }).toEqual({ code: 0, rows: [1, 3] });
  });

  it('takes the forms that score takes, and gives its scores', async () => {
    const forms = [
      goodTyped,
      { ...goodTyped, double: [0.1], big: [7], small: [3], flag: [true], single: [0.5] },
      { ...goodTyped, text: undefined, country: 'DE' },
      { ...goodTyped, text: ['TR', 'female'] },
      { ...goodTyped, big: true, text: { country: 'XX' } },
    ];
    const expected = await scoresOf(typed, forms);
    expect(expected).toEqual(forms.map(() => expect.any(Number)));
    const nested = await score(
      typed,
      forms.map((features) => JSON.stringify({ id: 'a', features })),
    );
    expect(nested).toMatchObject({ code: 0, stderr: '', scores: expected });
    const flat = await score(
      typed,
      forms.map((features) => JSON.stringify({ id: 'a', ...features, note: ['ignored'] })),
    );
    expect(flat).toMatchObject({ code: 0, stderr: '', scores: expected });
  });

  it('takes an object of one name for an input of one', async () => {
    const model = fixtureModel('odd-names');
    const names = JSON.parse(await readFile(join(model, 'model.json'), 'utf8')).inputs.map(
      ({ name }: { name: string }) => name,
    );
    const features = Object.fromEntries(names.map((name: string) => [name, { [name]: 0.5 }]));
    const expected = await scoresOf(model, [features]);
    const end = await score(model, [JSON.stringify({ features }), JSON.stringify(features)]);
    expect(end).toMatchObject({ code: 0, stderr: '', scores: [expected[0], expected[0]] });
  });

  it('refuses an integer that has lost digits, and takes it in quotes', async () => {
    const row = (big: string): string => JSON.stringify({ ...goodTyped, big: 0 }).replace('"big":0', `"big":${big}`);
    const end = await score(typed, [row('1'), row('9007199254740993')]);
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(
      /^FILE, line 2: column "big": expected an integer.*, found a number beyond 2\^53 − 1, .*\(write it in quotes\)\n$/,
    );
    expect(end.stderr).not.toContain('90071');
    expect(await score(typed, [row('"9007199254740993"')])).toMatchObject({ code: 0, rows: [1] });
    const beyond = await score(typed, [row('"9223372036854775808"')]);
    expect(beyond.stderr).toContain('found an integer beyond the range of int64');
  });

  it('refuses a misspelt field of a row without features, though the model takes missing values', async () => {
    const rows = [
      { amount: 5, hour: 1, country: 'DE', age: 30, id: 1 },
      { amuont: 5, hour: 1, country: 'DE', age: 30 },
    ];
    const end = await score(
      fixtureModel('missing'),
      rows.map((row) => JSON.stringify(row)),
    );
    expect(end.code).toBe(1);
    expect(end.stderr).toContain(
      'FILE, line 2: column "amuont": expected only names that differ more from the feature',
    );
  });

  it('refuses a file in which no row has a field, as its name may be misspelt', async () => {
    const rows = [{ sum: 5, hour: 1, country: 'DE', age: 30 }];
    const model = fixtureModel('missing');
    const lines = rows.map((row) => JSON.stringify(row));
    expect(await score(model, lines)).toMatchObject({ code: 1, stderr: 'FILE: there is no column "amount"\n' });
    const requests = rows.map(({ sum, ...features }) => JSON.stringify({ sum, features }));
    expect(await score(model, requests)).toMatchObject({ code: 0, rows: [1] });
    const label = await score(model, requests, '--label', 'fraud');
    expect(label).toMatchObject({ code: 1, stderr: 'FILE: there is no column "fraud"\n' });
  });

  it('names the line of a row that the runtime fails on, without its values, or leaves it out', async () => {
    const lines = Array.from({ length: 600 }, (_, row) =>
      JSON.stringify({ x: row === 400 || row === 7 ? 77 : row % 3 }),
    );
    const end = await score(fixtureModel('failing'), lines);
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/^FILE, line 8: expected a row that the model can score .* the runtime fails/);
    expect(end.stderr).not.toContain('77');
    const { code, rows } = await score(fixtureModel('failing'), lines, '--skip-bad-rows');
    const kept = lines.map((_, row) => row + 1).filter((row) => row !== 8 && row !== 401);
    expect({ code, rows }).toEqual({ code: 0, rows: kept });
  });

  it('warns of a file without rows, and refuses an empty one', async () => {
    const model = fixtureModel('missing');
    const end = await score(model, ['', ' ']);
    const warning = `Warning: FILE has no rows; ${join(folder, 'scores.ndjson')} has no scores\n`;
    expect(end).toMatchObject({ code: 0, stderr: warning });
    expect(await score(model, [])).toMatchObject({
      code: 1,
      stderr: 'FILE: expected a JSON object on each line, found an empty file\n',
    });
  });
});
