import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf, exampleTransactions, runReplay, Workplace } from '../fixtures/replay/replay-process.js';
import { goldenModel, projectPath } from '../support/paths.js';

const HANDBOOK = projectPath('../shared/data/handbook-2018-04-05.csv.gz');
const DECISIONS = ['APPROVE', 'REVIEW', 'BLOCK'];

function readLines(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}

describe('a replay', () => {
  const transactions = exampleTransactions();
  let place: Workplace;
  let input: string;

  beforeAll(() => {
    place = new Workplace();
    input = place.write('transactions.csv', csvOf(transactions));
  });
  afterAll(() => place.remove());

  it('writes a line for each transaction, once, and a report that agrees with them', async () => {
    const [json, output] = [place.path('report.json'), place.path('lines.ndjson')];
    const { exitCode, stdout, stderr } = await runReplay(
      '--input',
      input,
      '--json',
      json,
      '--output',
      output,
      '--workers',
      '2',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });

    const lines = readLines(output);
    expect(lines.map(({ id }) => String(id)).sort()).toEqual(transactions.map((one) => one.transactionId).sort());
    for (const { decision, probability, risk, level, ...others } of lines) {
      expect(DECISIONS).toContain(decision);
      expect(['LOW', 'MEDIUM', 'HIGH']).toContain(level);
      for (const score of [probability, risk]) expect(score).toSatisfy((value: number) => value >= 0 && value <= 1);
      expect(Object.keys(others)).toEqual(['id']);
    }

    const report = JSON.parse(readFileSync(json, 'utf8'));
    const count = transactions.length;
    expect(report.rows).toEqual({ read: count, scored: count, failed: 0, skipped: 0 });
    const counted = DECISIONS.map((name) => [name, lines.filter(({ decision }) => decision === name).length]);
    expect(report.decisions).toEqual(Object.fromEntries(counted));
    expect(report.stoppedBy).toBeNull();
    expect(report.quality.labelled).toBe(count);
    expect(report.quality.frauds).toBe(transactions.filter(({ isFraud }) => isFraud).length);
    expect(report.quality.rocAuc).toSatisfy((value: number) => value >= 0 && value <= 1);
    expect(report.quality.averagePrecision).toSatisfy((value: number) => value >= 0 && value <= 1);
    expect(report.summary).toMatchObject({
      model: { name: 'golden', version: '7' },
      requests: { total: count, succeeded: count },
      business: { total: count },
      workers: { provider: 'cpu' },
    });

    expect(stdout).toContain(`${count.toLocaleString('en-US')} scored, 0 failed, 0 rows skipped`);
    expect(stdout).toMatch(/area under ROC/);
    expect(stdout).not.toContain('\u001b');
  });

  it("tells the SDK the labels whose delay has passed in the data's own time, and no others", async () => {
    const last = transactions.at(-1)?.timestampMs ?? 0;
    for (const days of [7, 14]) {
      const json = place.path(`report-${days}.json`);
      await runReplay('--input', input, '--json', json, '--label-delay', `${days}`);
      const { outcomes, summary } = JSON.parse(readFileSync(json, 'utf8'));
      const known = transactions.filter(({ timestampMs }) => timestampMs + days * 86_400_000 <= last).length;
      expect(outcomes).toEqual({
        labelDelayDays: days,
        matched: known,
        unmatched: 0,
        notYetKnown: transactions.length - known,
      });
      expect(summary.business.labelled).toBe(known);
    }
  });

  it('gives a challenger its share by customer, compares a shadow, and reports what each version did', async () => {
    const versions = ['8', '9'].map((version) => place.version(version));
    const [json, output] = [place.path('versions.json'), place.path('versions.ndjson')];
    const { exitCode, stdout, stderr } = await runReplay(
      ...['--input', input, '--json', json, '--output', output, '--rate', '1500', '--limit', '1500'],
      ...['--challenger', versions[0] ?? '', '--share', '0.4', '--shadow', versions[1] ?? ''],
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });

    const customers = new Map(transactions.map(({ transactionId, customerId }) => [transactionId, customerId]));
    const answeredBy = new Map<string | undefined, unknown>();
    const lines = readLines(output);
    for (const { id, version } of lines) {
      const customer = customers.get(String(id));
      expect(['7', '8']).toContain(version);
      expect(answeredBy.get(customer) ?? version).toBe(version);
      answeredBy.set(customer, version);
    }
    expect(new Set(answeredBy.values()).size).toBe(2);

    const { deployments } = JSON.parse(readFileSync(json, 'utf8')).summary;
    expect(deployments.map(({ version, role }: Record<string, unknown>) => [version, role])).toEqual([
      ['7', 'primary'],
      ['8', 'challenger'],
      ['9', 'shadow'],
    ]);
    expect(deployments[1].requests.total).toBe(lines.filter(({ version }) => version === '8').length);
    // Every copy is answered before the summary is taken.
    const { copied, flips, dropped } = deployments[2].shadow;
    const compared = DECISIONS.flatMap((from) => DECISIONS.map((to) => flips[from][to])).reduce((sum, n) => sum + n, 0);
    expect(copied).toBe(compared + dropped.failed + dropped.late + dropped.unpaired);
    // The same model by another name: it decides nothing otherwise.
    expect(stdout).toMatch(/shadow 9, beside what the callers got:\n {2}0 of [1-9][\d,]* flipped/);
    expect(stdout).toContain('with golden (7 primary 60.0 %, 8 challenger 40.0 %, 9 shadow)');
    expect(stdout).toContain('scored by 3 versions of golden');
  });

  it('says in a line that a version beside the model cannot be deployed', async () => {
    const { exitCode, stdout, stderr } = await runReplay('--input', input, '--shadow', goldenModel);
    expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
    expect(stderr).toContain('which is live already');
    expect(stdout).not.toContain('Replaying');
  });

  it('reads a packed file, and stops at its limit', async () => {
    const packed = place.write('transactions.csv.gz', gzipSync(csvOf(transactions)));
    const output = place.path('limited.ndjson');
    const { exitCode } = await runReplay('--input', packed, '--output', output, '--limit', '300');
    expect(exitCode).toBe(0);
    expect(new Set(readLines(output).map(({ id }) => id)).size).toBe(300);
  });

  it('keeps to the rate it is given, and says how long answers took from when each was due', async () => {
    const json = place.path('paced.json');
    const { exitCode } = await runReplay('--input', input, '--json', json, '--rate', '200', '--limit', '300');
    expect(exitCode).toBe(0);
    const { durationSeconds, pacing } = JSON.parse(readFileSync(json, 'utf8'));
    // The last of 300 is due 299 intervals after the first; an answer or a stall may make it longer, nothing makes it shorter.
    expect(durationSeconds).toBeGreaterThanOrEqual(299 / 200);
    expect(pacing.ratePerSecond).toBe(200);
    expect(pacing.responseMs.p50).toBeGreaterThan(0);
  });

  it('reports on a file without transactions, and on one without labels', async () => {
    const header = csvOf([]);
    const empty = await runReplay('--input', place.write('none.csv', header));
    expect({ exitCode: empty.exitCode, stderr: empty.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(empty.stdout).toContain('0 scored');

    const unlabelled = transactions.slice(0, 50).map(({ isFraud: _, ...rest }) => rest);
    const { exitCode, stdout } = await runReplay('--input', place.write('unlabelled.csv', csvOf(unlabelled)));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/area under ROC +│ – /);
  });

  it('writes its help, and scores nothing', async () => {
    const { exitCode, stdout, stderr } = await runReplay('--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('--skip-bad');
    expect(stdout).not.toContain('Replaying');
  });

  it.skipIf(!existsSync(HANDBOOK))('replays transactions that nobody here made, each once', async () => {
    const output = place.path('handbook.ndjson');
    const { exitCode } = await runReplay('--input', HANDBOOK, '--output', output, '--limit', '20000');
    expect(exitCode).toBe(0);
    expect(new Set(readLines(output).map(({ id }) => id)).size).toBe(20_000);
  });

  if (!existsSync(HANDBOOK)) console.warn(`SKIPPED: ${HANDBOOK} is absent, so its transactions are not replayed`);
});
