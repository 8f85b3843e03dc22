import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { FraudScorer } from '../../dist/index.js';
import { readRecords, recordDecisions } from '../../dist/records.js';
import { projectPath } from '../support/paths.js';

const directory = mkdtempSync(join(tmpdir(), 'records-labels-'));
afterAll(() => rmSync(directory, { recursive: true }));

const options = { sink: { directory }, mask: { key: 'a key of sixteen bytes' } };
const create = () => FraudScorer.create({ model: projectPath('test/fixtures/golden'), providers: ['cpu'], workers: 1 });
const features = {
  transaction_features: new Float32Array(50),
  user_features: new Float32Array(30),
  merchant_features: new Float32Array(20),
};

describe('Labels after a restart', () => {
  it('are matched with the decisions in the files of an earlier scorer, whether or not it wrote their index', async () => {
    const first = await create();
    recordDecisions(first, options);
    await first.score({ id: 'an early one', features });
    await first.close();
    const records = [];
    for await (const record of readRecords(directory)) records.push(record.kind);
    expect(records).toEqual(['decision', 'end']);

    const second = await create();
    const recorder = recordDecisions(second, options);
    expect(second.recordOutcome({ id: 'an early one', isFraud: true })).toBe(true);
    expect(second.recordOutcome({ id: 'nobody', isFraud: true })).toBe(false);
    await recorder.close();

    // As after a kill.
    for (const name of readdirSync(directory)) if (name.endsWith('.idx')) rmSync(join(directory, name));
    recordDecisions(second, options);
    await vi.waitFor(() => expect(readdirSync(directory).some((name) => name.endsWith('.idx'))).toBe(true), 10_000);
    expect(second.recordOutcome({ id: 'an early one', isFraud: true })).toBe(true);
    await second.close();
  });
});

describe('Labels of decisions of the fallback', () => {
  const key = { key: 'a key of sixteen bytes' };
  const fallback = 'REVIEW';
  const outcomes = (scorer: FraudScorer) => ({
    afterFallback: scorer.recordOutcome({ id: 'fallback alone', isFraud: true }),
    afterModel: scorer.recordOutcome({ id: 'model, then fallback', isFraud: true }),
    told: scorer.recordOutcome({ id: 'told', isFraud: true, decision: 'REVIEW', version: '1' }),
  });

  it.each(['binary', 'ndjson'] as const)('count after a restart as they do within one process (%s)', async (format) => {
    const sink = { directory: mkdtempSync(join(directory, 'fallback-')), format };
    const first = await FraudScorer.create({
      ...{ model: projectPath('test/fixtures/golden'), providers: ['cpu'], workers: 1, fallback, maxQueueSize: 1 },
    });
    const recorder = recordDecisions(first, { sink, mask: key });
    await first.score({ id: 'model, then fallback', features });
    // The queue has room for one.
    const others = [first.score({ features }), first.score({ features })];
    const ids = ['fallback alone', 'model, then fallback', 'told'];
    const results = await Promise.all(ids.map((id) => first.score({ id, features })));
    expect(results.map(({ source }) => source)).toEqual(ids.map(() => 'fallback'));
    await Promise.all(others);
    await recorder.flush();
    const within = outcomes(first);
    await first.close();
    const recorded = [];
    for await (const record of readRecords(sink.directory))
      if (record.kind === 'decision' && record.id !== undefined) recorded.push(record.decidedBy);
    expect(recorded).toEqual(['policy', ...ids.map(() => 'fallback')]);

    const second = await create();
    recordDecisions(second, { sink, mask: key });
    expect(outcomes(second)).toEqual(within);
    expect(within).toEqual({ afterFallback: false, afterModel: true, told: true });
    expect(second.summary().business.confusion).toEqual(first.summary().business.confusion);
    await second.close();
  });
});

describe('Labels and compressed files', () => {
  it('are warned of once for each recording that has ids and is compressed', async () => {
    const warnings: string[] = [];
    const note = (message: string): void => {
      warnings.push(message);
    };
    const logger = { debug: () => {}, info: () => {}, warn: note, error: () => {} };
    const scorer = await FraudScorer.create({
      ...{ model: projectPath('test/fixtures/golden'), providers: ['cpu'], workers: 1, logger },
    });
    const record = async (sink: object, fields = {}): Promise<string[]> => {
      warnings.length = 0;
      const recorder = recordDecisions(scorer, {
        sink: { directory: mkdtempSync(join(directory, 'gzip-')), ...sink },
        mask: { ...options.mask, fields },
      });
      await recorder.close();
      return warnings.filter((warning) => warning.includes('compressed'));
    };
    expect(await record({ format: 'ndjson', gzip: true })).toEqual([expect.stringContaining('leave out gzip')]);
    expect(await record({ format: 'ndjson' })).toEqual([]);
    expect(await record({ format: 'ndjson', gzip: true }, { '/id': 'remove' })).toEqual([]);
    await scorer.close();
  });
});
