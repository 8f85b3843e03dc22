import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf, exampleTransactions, type Finished, runReplay, Workplace } from '../fixtures/replay/replay-process.js';
import { fixtureModel } from '../support/paths.js';

/** What the person at the terminal can put right is one line that says so, exit code 2, and no stack. */
function expectOneLine({ exitCode, stderr }: Finished, ...parts: string[]): void {
  expect(stderr.split('\n')).toHaveLength(2);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).not.toMatch(/\n\s+at /);
  for (const part of parts) expect(stderr).toContain(part);
  expect(exitCode).toBe(2);
}

describe('a replay of bad input', () => {
  const header = 'transaction_id,timestamp,customer_id,terminal_id,amount,is_fraud';
  const good = '1,2025-03-01T00:00:00Z,c1,t1,9.99,0';
  const lines = csvOf(exampleTransactions()).trimEnd().split('\n');
  let place: Workplace;

  beforeAll(() => {
    place = new Workplace();
  });
  afterAll(() => place.remove());

  function csv(name: string, ...rows: string[]): string {
    return place.write(name, `${rows.join('\n')}\n`);
  }

  it.each([
    ['a missing field', '2,2025-03-01T00:00:01Z,c1,t1', ['row', 'expected 6 fields', 'received 4 fields']],
    ['an amount that is no number', '2,2025-03-01T00:00:01Z,c1,t1,ten,0', ['amount', 'a number', '"ten"']],
    ['a negative amount', '2,2025-03-01T00:00:01Z,c1,t1,-1,0', ['amount', 'at least 0', 'a negative number']],
    ['a bad date', '2,2025-02-31T00:00:01Z,c1,t1,1,0', ['timestamp', 'a time such as', '2025-02-31']],
    ['a label that is none', '2,2025-03-01T00:00:01Z,c1,t1,1,maybe', ['is_fraud', '0, 1 or nothing', '"maybe"']],
  ])('names file, line, column, what was expected and what came, for %s', async (_, row, parts) => {
    const file = csv('bad.csv', header, row, good);
    expectOneLine(await runReplay('--input', file), file, 'line 2', ...parts);
  });

  it('stops at a time that goes backwards', async () => {
    const file = csv('backwards.csv', header, good, '2,2025-02-28T00:00:01Z,c1,t1,1,0');
    expectOneLine(await runReplay('--input', file), file, 'line 3', 'timestamp', 'not before the row above');
  });

  it('names the column that the header lacks, and says that a file is empty', async () => {
    const lacking = csv('lacking.csv', header.replace('amount,', ''), good);
    expectOneLine(await runReplay('--input', lacking), lacking, 'line 1', 'amount');
    expectOneLine(await runReplay('--input', place.write('empty.csv', '')), 'line 1', 'an empty file');
  });

  it('has scored and written what came before the bad row', async () => {
    const bad = [...lines];
    bad[1_001] = 'oops';
    const output = place.path('before.ndjson');
    const json = place.path('before.json');
    const finished = await runReplay('--input', csv('late.csv', ...bad), '--output', output, '--json', json);
    expectOneLine(finished, 'line 1002');
    expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toHaveLength(1_000);
    expect(existsSync(json)).toBe(false);
  });

  it('with --skip-bad counts bad rows, reports the first of them, and scores the others', async () => {
    const bad = [...lines];
    for (let i = 0; i < 25; i++) bad[100 + 10 * i] = 'oops';
    const json = place.path('skipped.json');
    const finished = await runReplay('--input', csv('skipped.csv', ...bad), '--json', json, '--skip-bad');
    expect({ exitCode: finished.exitCode, stderr: finished.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(finished.stdout).toContain('25 rows skipped');
    const { rows, skippedRows } = JSON.parse(readFileSync(json, 'utf8'));
    expect(rows).toEqual({ read: lines.length - 1, scored: lines.length - 26, failed: 0, skipped: 25 });
    expect(skippedRows.count).toBe(25);
    expect(skippedRows.first).toHaveLength(10);
    expect(skippedRows.first[0]).toEqual({
      file: place.path('skipped.csv'),
      line: 101,
      column: 'row',
      expected: '6 fields',
      received: '1 field',
    });
  });

  it('says what is wrong with a file that cannot be read', async () => {
    expectOneLine(await runReplay('--input', place.path('nowhere.csv')), 'nowhere.csv', 'no such file');
    expectOneLine(await runReplay('--input', place.path('')), 'a directory');
    const cut = place.write('cut.csv.gz', gzipSync(lines.join('\n')).subarray(0, 5_000));
    expectOneLine(await runReplay('--input', cut), 'cut.csv.gz', 'a whole gzip file');
  });

  it('says what is wrong with the command line', async () => {
    expectOneLine(await runReplay('--speed', '3'), "unknown option '--speed'");
    expectOneLine(await runReplay('--rate', 'fast'), '--rate', "'fast'", 'expected a number above 0');
  });

  it('says what is wrong with a model directory', async () => {
    const bare = place.path('bare');
    mkdirSync(bare);
    expectOneLine(await runReplay('--model', bare), 'model.json', 'found none');
    expectOneLine(
      await runReplay('--model', fixtureModel('disagreeing')),
      'model.json',
      'disagrees',
      'expected',
      'received',
    );
  });

  it('says so where the model takes other features than the reference ones', async () => {
    expectOneLine(await runReplay('--model', fixtureModel('linear')), 'other features', 'it needs the');
    const shadow = await runReplay('--shadow', fixtureModel('linear'));
    expectOneLine(shadow, 'takes other features', 'it needs the');
    // Before anything is deployed or scored.
    expect(shadow.stdout).toBe('');
  });

  it('finds out before anything is scored that a file cannot be written', async () => {
    const input = csv('good.csv', header, good);
    const nowhere = await runReplay('--input', input, '--output', place.path('no/such/file'));
    expectOneLine(nowhere, '--output', 'a file that can be written', 'no such directory');
    expect(nowhere.stdout).toBe('');
    const directory = await runReplay('--input', input, '--json', place.path(''));
    expectOneLine(directory, '--json', 'a file that can be written', 'a directory');
    expect(directory.stdout).toBe('');
  });

  it('does not write over its input', async () => {
    const input = csv('precious.csv', header, good);
    expectOneLine(await runReplay('--input', input, '--output', input), '--output', 'another file than the input');
    expect(readFileSync(input, 'utf8')).toBe(`${header}\n${good}\n`);
  });

  it.skipIf(!existsSync('/dev/full'))('says so where the disk is full', async () => {
    const input = csv('whole.csv', ...lines);
    expectOneLine(await runReplay('--input', input, '--output', '/dev/full'), '--output', 'a full disk');
    expectOneLine(await runReplay('--input', input, '--json', '/dev/full'), '--json', 'a full disk');
  });
});
