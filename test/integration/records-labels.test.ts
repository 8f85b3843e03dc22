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
