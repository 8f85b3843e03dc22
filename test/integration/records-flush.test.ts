import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FsyncPolicy, RecordsOptions } from '../../src/api/records.js';
import { systemClock } from '../../src/host/clock.js';
import { FraudScorer, FraudScorerError, RecordsNotDurableError } from '../../src/index.js';
import { recordDecisions } from '../../src/records/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';

const root = mkdtempSync(join(tmpdir(), 'records-flush-'));
afterAll(() => rmSync(root, { recursive: true }));

const workerFile = projectPath('test/fixtures/records/failing-sync-worker.mjs');
const features = { left: [1, 2, 3], right: [4, 5] };

let scorer: FraudScorer;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(root, 'd'));
  scorer = await FraudScorer.create({ model: fixtureModel('linear'), providers: ['cpu'], workers: 1, drift: false });
});
afterEach(() => scorer.close());

function record(sink: object, options: Partial<RecordsOptions> = {}) {
  return recordDecisions(scorer, { sink: { directory, ...sink }, mask: { fields: { '/id': 'keep' } }, ...options });
}

const breakDisk = (): void => writeFileSync(`${directory}.fails`, '');
const repairDisk = (): void => rmSync(`${directory}.fails`);

const score = () => scorer.score({ id: 'a', features } as never);

/** Waits until the thread says so, and no longer than a test may take. */
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

describe('a recording whose files are deleted', () => {
  const files = (): string[] => readdirSync(directory).filter((name) => name.endsWith('.fsr'));

  it('tells the loss once, raises and clears the alert, and goes on with another file', async () => {
    const raised: string[] = [];
    const cleared: string[] = [];
    scorer.on('alert', ({ rule, message }) => raised.push(`${rule}: ${message}`));
    scorer.on('alertCleared', ({ rule }) => cleared.push(rule));
    const recorder = record({});
    await score();
    await recorder.flush();
    for (const name of files()) rmSync(join(directory, name));
    await score();
    await expect(recorder.flush()).rejects.toMatchObject({ message: expect.stringContaining('was deleted') });
    await until(() => expect(raised).toEqual([expect.stringMatching(/^records: .*was deleted/)]));
    await until(() => expect(cleared).toEqual(['records']));
    expect(recorder.summary().stalled).toBeNull();
    await expect(recorder.flush()).resolves.toBeUndefined();
    expect(files()).toHaveLength(1);
    await recorder.close();
  }, 60_000);

  it('waits for its directory, and loses nothing that it had not written', async () => {
    const recorder = record({});
    await recorder.flush();
    rmSync(directory, { recursive: true });
    await score();
    await until(() => expect(recorder.summary().stalled?.reason).toBe('the directory is not there (ENOENT)'));
    mkdirSync(directory);
    await until(() => expect(recorder.summary()).toMatchObject({ stalled: null, written: 1 }));
    await recorder.close();
    expect(files()).toHaveLength(1);
  }, 60_000);
});

describe('a recording to a function that never answers', () => {
  it('says that the sink takes nothing', async () => {
    let passedMs = 0;
    const { now } = systemClock;
    vi.spyOn(systemClock, 'now').mockImplementation(() => now() + passedMs);
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const recorder = recordDecisions(scorer, { sink: () => answered, mask: { fields: { '/id': 'keep' } } });
    await score();
    expect(recorder.summary()).toMatchObject({ pending: 1, stalled: null });
    passedMs = 11_000;
    expect(recorder.summary().stalled?.reason).toContain('takes nothing');
    answer();
    await recorder.flush();
    expect(recorder.summary()).toMatchObject({ pending: 0, stalled: null });
    await recorder.close();
    vi.restoreAllMocks();
  });
});

describe('flush of a recording', () => {
  it.each<FsyncPolicy>(['always', 'never', { everyMs: 3_600_000 }])(
    'rejects while the disk does not confirm what was written, and resolves again for what comes later (fsync: %o)',
    async (fsync) => {
      const recorder = record({ fsync }, { workerFile });
      await score();
      await recorder.flush();
      breakDisk();
      await score();
      const error = await recorder.flush().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(RecordsNotDurableError);
      expect(error).toBeInstanceOf(FraudScorerError);
      expect(error).toMatchObject({ code: 'ERR_RECORDS_NOT_DURABLE', message: expect.stringContaining('EIO') });
      expect(error).toMatchObject({ message: expect.stringContaining('may not outlast this machine') });
      repairDisk();
      await vi.waitFor(() => recorder.flush(), 10_000);
      await score();
      await expect(recorder.flush()).resolves.toBeUndefined();
      await recorder.close();
    },
    30_000,
  );

  it('has each record once in the files though the disk did not confirm it at first', async () => {
    const recorder = record({ fsync: 'always', flushMs: 1, format: 'ndjson' }, { workerFile });
    breakDisk();
    await score();
    await vi.waitFor(() => expect(recorder.summary().stalled).not.toBeNull(), 10_000);
    repairDisk();
    await vi.waitFor(() => recorder.flush(), 10_000);
    await recorder.close();
    const files = readdirSync(directory).filter((name) => name.endsWith('.ndjson'));
    const lines = files.flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'));
    const sequences = lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence);
    expect(sequences).toEqual([0, 1]);
  });

  it('rejects once for a failure between two flushes, though the disk works again', async () => {
    const recorder = record({ fsync: { everyMs: 1 }, flushMs: 1 }, { workerFile });
    await recorder.flush();
    breakDisk();
    await score();
    await vi.waitFor(() => expect(recorder.summary().stalled).not.toBeNull(), 10_000);
    repairDisk();
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'ERR_RECORDS_NOT_DURABLE' });
    await expect(recorder.flush()).resolves.toBeUndefined();
    await recorder.close();
  });

  it('rejects where the thread that records has ended by itself', async () => {
    const ending = join(root, 'ends.mjs');
    writeFileSync(ending, '// the records-worker of fraud-scorer\n');
    const recorder = record({}, { workerFile: ending });
    await expect(recorder.flush()).rejects.toMatchObject({
      code: 'ERR_RECORDS_NOT_DURABLE',
      message: expect.stringContaining('Begin another recording'),
    });
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'ERR_RECORDS_NOT_DURABLE' });
    await expect(recorder.close()).resolves.toBeUndefined();
  });

  it('resolves after a recording was closed that wrote everything', async () => {
    const recorder = record({});
    await score();
    await recorder.close();
    await expect(recorder.flush()).resolves.toBeUndefined();
  });

  it('rejects where closing finds a disk that does not confirm, and close itself resolves', async () => {
    const recorder = record({ fsync: { everyMs: 3_600_000 } }, { workerFile });
    await score();
    await recorder.flush();
    breakDisk();
    await score();
    const flushed = recorder.flush();
    const closed = recorder.close();
    await expect(flushed).rejects.toMatchObject({ code: 'ERR_RECORDS_NOT_DURABLE' });
    await expect(closed).resolves.toBeUndefined();
  });

  it('rejects after a recording was closed on a disk that did not confirm', async () => {
    const recorder = record({ fsync: { everyMs: 3_600_000 } }, { workerFile });
    breakDisk();
    await score();
    await recorder.close();
    expect(recorder.summary()).toMatchObject({ written: 1, pending: 0 });
    await expect(recorder.flush()).rejects.toMatchObject({ message: expect.stringContaining('EIO') });
  });

  it('resolves though the recording is being closed, if all is written', async () => {
    const recorder = record({});
    await score();
    const closed = recorder.close();
    const flushed = Array.from({ length: 50 }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await recorder.flush();
    });
    await expect(Promise.all(flushed)).resolves.toBeDefined();
    await closed;
  });

  it('speaks for its own recording after another has begun', async () => {
    const first = record({});
    await score();
    await first.close();
    const second = record({});
    await score();
    await score();
    expect(first.summary()).toMatchObject({ written: 1, pending: 0 });
    await expect(first.flush()).resolves.toBeUndefined();
    await second.close();
    expect(first.summary()).toMatchObject({ written: 1, pending: 0 });
  });
});
