import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf, exampleTransactions, startReplay, Workplace } from '../fixtures/replay/replay-process.js';

describe('a replay that is stopped', () => {
  const transactions = exampleTransactions();
  let place: Workplace;
  let input: string;

  beforeAll(() => {
    place = new Workplace();
    input = place.write('transactions.csv', csvOf(transactions));
  });
  afterAll(() => place.remove());

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s answers what was sent, writes report and lines of it, and ends with %i', async (signal, code) => {
    const [json, output] = [place.path(`${signal}.json`), place.path(`${signal}.ndjson`)];
    const replay = startReplay('--input', input, '--rate', '100', '--json', json, '--output', output);
    await replay.shows(' sent |'); // the first line of progress, after two seconds
    replay.kill(signal);
    const { exitCode, stdout, stderr } = await replay.finished;
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: '' });

    const report = JSON.parse(readFileSync(json, 'utf8'));
    const ids = readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(report.stoppedBy).toBe(signal);
    const { read } = report.rows;
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(transactions.length);
    expect(report.summary.requests.total).toBe(read);
    // The first so many of the file, each once: nothing that was sent is lost, nothing else is there.
    expect(ids.sort()).toEqual(
      transactions
        .slice(0, read)
        .map(({ transactionId }) => transactionId)
        .sort(),
    );
    expect(stdout).toContain(`stopped by ${signal}`);
    expect(stdout).toContain('area under ROC');
  });

  it('before anything was scored reports nothing done', async () => {
    const replay = startReplay('--input', input, '--rate', '0.01');
    await replay.shows('Replaying');
    replay.kill('SIGINT');
    const { exitCode, stdout, stderr } = await replay.finished;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(stdout).toContain('1 scored, 0 failed');
  });

  it('by the end of the pipe it writes to ends without a word', async () => {
    const replay = startReplay('--input', input, '--rate', '100');
    await replay.shows('Replaying');
    replay.hangUp();
    const { exitCode, stderr } = await replay.finished;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('finishes the files that were asked for where nobody reads its pipe', async () => {
    const output = place.path('unwatched.ndjson');
    const replay = startReplay('--input', input, '--rate', '600', '--output', output);
    await replay.shows('Replaying');
    replay.hangUp();
    const { exitCode, stderr } = await replay.finished;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toHaveLength(transactions.length);
  });
});
