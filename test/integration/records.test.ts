import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { ClosedError, FraudScorer, InvalidOptionsError } from '../../src/index.js';
import type { DecisionLogRecord, DecisionRecorder, RecordedDecision, RecordsOptions } from '../../src/records/index.js';
import { recordDecisions } from '../../src/records/index.js';
import { projectPath } from '../support/paths.js';

const model = projectPath('models/visa-fraud/1');
const manifest = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as {
  inputs: { name: string; size: number }[];
};
const key = 'a key of more than sixteen bytes';
const closing: (() => Promise<unknown>)[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function scorerWith(options: Parameters<typeof FraudScorer.create>[0] = {}): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({ model, workers: 1, logger: undefined, ...options });
  closing.push(() => scorer.close());
  return scorer;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'records-'));
  folders.push(made);
  return made;
}

/** Values that float32 holds exactly, of all kinds that text would lose. */
function features(seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    manifest.inputs.map(({ name, size }) => [
      name,
      Float32Array.from({ length: size }, (_, index) => (index === 0 ? -0 : Math.sin(seed + index) * (index % 7))),
    ]),
  );
}

/** A sink that keeps what it gets. */
function collecting(): { sink: (records: readonly DecisionLogRecord[]) => void; records: DecisionLogRecord[] } {
  const records: DecisionLogRecord[] = [];
  return { records, sink: (some) => void records.push(...some) };
}

function decisionsOf(records: readonly DecisionLogRecord[]): RecordedDecision[] {
  return records.filter((record) => record.kind === 'decision');
}

describe('recordDecisions', () => {
  it('records each decision with its exact input, its model, its policy and its batch', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    const given = Array.from({ length: 50 }, (_, index) => ({ id: `tx-${index}`, features: features(index) }));
    const results = await Promise.all(given.map((request) => scorer.score(request)));
    await recorder.flush();
    const decisions = decisionsOf(records);
    expect(decisions.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(given.map((_, index) => index));
    const used = new Set<number>();
    for (const decision of decisions) {
      const index = results.findIndex(
        (result, at) => !used.has(at) && result.fraudProbability === decision.fraudProbability,
      );
      used.add(index);
      const result = results[index];
      const sent = given[index]?.features ?? {};
      for (const [name, values] of Object.entries(sent)) {
        expect(decision.features?.[name]).toEqual([...values].map((value) => (Object.is(value, -0) ? '-0' : value)));
      }
      expect(decision).toMatchObject({
        ...{
          schema: 1,
          role: 'primary',
          decidedBy: 'policy',
          decision: result?.decision,
          riskLevel: result?.riskLevel,
        },
        ...{ riskScore: result?.riskScore, model: { name: 'visa-fraud', version: '1' } },
        timing: { totalMs: result?.timing.totalMs },
        batch: { size: result?.source === 'model' ? result.timing.batchSize : 0 },
        runtime: { provider: 'cpu', onnxruntime: '1.29.0', node: process.versions.node },
        policy: { blockProbability: Math.fround(0.8) },
      });
      expect(decision.model.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(decision.policy.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(decision.id).toMatch(/^[0-9a-f]{32}$/);
      expect(decision).not.toHaveProperty('amount');
    }
    expect(new Set(decisions.map(({ batch }) => `${batch?.number}/${batch?.place}`)).size).toBe(50);
  });

  it('writes a masked value nowhere', async () => {
    const scorer = await scorerWith();
    const directory = folder();
    const [input] = manifest.inputs;
    const fields = { [`/features/${input?.name}/3`]: 'remove', [`/features/${input?.name}/4`]: 'hash' } as const;
    recordDecisions(scorer, { sink: { directory }, mask: { key, fields } });
    const secret = features(1);
    const values = secret[input?.name ?? ''];
    if (values === undefined) throw new Error('a model without an input');
    values[3] = 123_456.789;
    values[4] = 987_654.321;
    await scorer.score({ id: 'a-secret-id-of-a-card', amount: 77_777.125, features: secret });
    scorer.recordOutcome({ id: 'a-secret-id-of-a-card', isFraud: true, amount: 66_666.25 });
    await scorer.close();
    const bytes = Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
    const floats = Buffer.from(Float32Array.of(values[3], values[4]).buffer);
    const doubles = Buffer.from(Float64Array.of(77_777.125, 66_666.25).buffer);
    for (const needle of [
      ...['a-secret-id-of-a-card', '77777', '66666', '123456', '987654', key],
      ...[floats.subarray(0, 4), floats.subarray(4), doubles.subarray(0, 8), doubles.subarray(8)],
    ]) {
      expect(bytes.includes(needle)).toBe(false);
    }
    expect(bytes.length).toBeGreaterThan(500);
  });

  it('warns of a mask for a field that the model does not have', async () => {
    const warnings: unknown[] = [];
    const silent = (): void => {};
    const warn = (...said: unknown[]): void => void warnings.push(said);
    const scorer = await scorerWith({ logger: { info: silent, warn, error: silent } });
    const fields = { '/features/user_feature/3': 'remove', '/features/user_features/0': 'hash' } as const;
    const recorder = recordDecisions(scorer, {
      sink: collecting().sink,
      mask: { key, fields },
      fields: ['id', 'amount', 'reasons'],
    });
    await scorer.score({ id: 'tx', features: features(1) });
    await recorder.flush();
    expect(warnings).toEqual([
      [
        'The mask names fields that the model does not have',
        { model: 'visa-fraud', version: '1', pointers: ['/features/user_feature/3'] },
      ],
    ]);
  });

  it('leaves out the parts that are not among fields', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, fields: ['attention'] });
    await scorer.score({ id: 'tx-1', amount: 5, features: features(1) });
    await recorder.flush();
    const [decision] = decisionsOf(records);
    expect(decision?.masked?.sort()).toEqual(['/amount', '/features', '/id', '/reasons']);
    for (const field of ['id', 'amount', 'features', 'hashed']) expect(decision).not.toHaveProperty(field);
    expect(decision?.attention?.length).toBeGreaterThan(0);
  });

  it('has the ids of the trace that the request is part of', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const watch = Reflect.get(scorer, Symbol.for('fraud-scorer.watch')) as (watcher: object) => () => void;
    watch({ request: () => ({ ids, end() {} }), call: () => null, batch: () => null });
    await scorer.score({ features: features(1) });
    await recorder.flush();
    expect(decisionsOf(records)[0]?.trace).toEqual(ids);
  });

  it('records the decisions of a fallback with their cause', async () => {
    const scorer = await scorerWith({ fallback: 'REVIEW', maxQueueSize: 1 });
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { fields: { '/id': 'keep', '/amount': 'keep' } } });
    const requests = Array.from({ length: 40 }, (_, index) => ({ id: `tx-${index}`, features: features(index) }));
    const results = await Promise.all(requests.map((request) => scorer.score(request)));
    await recorder.flush();
    const fallbacks = results.filter(({ source }) => source === 'fallback');
    expect(fallbacks.length).toBeGreaterThan(0);
    const recorded = decisionsOf(records).filter(({ decidedBy }) => decidedBy === 'fallback');
    expect(recorded.map(({ id }) => id).sort()).toEqual(fallbacks.map(({ id }) => id).sort());
    expect(recorded[0]).toMatchObject({
      ...{ decision: 'REVIEW', fallback: { error: 'ERR_QUEUE_FULL' }, fraudProbability: null, riskScore: null },
      timing: { queueMs: null, inferenceMs: null },
    });
    expect(decisionsOf(records)).toHaveLength(results.length);
  });

  it('records reasons with the answer that waited for them', async () => {
    const scorer = await scorerWith({ explain: true });
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    const result = await scorer.score({ features: features(3) });
    await recorder.flush();
    const [decision] = decisionsOf(records);
    expect(decision?.reasons).toEqual('reasons' in result ? result.reasons : undefined);
    expect(decision?.reasons?.length).toBeGreaterThan(0);
    expect(decision?.batch).toEqual({ number: 0, size: 1, place: 0 });
    expect(decision?.attention).toEqual('attention' in result ? result.attention : undefined);
  });

  it('tells the decisions of a shadow from those that callers got, and links the two', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    const json = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));
    const directory = folder();
    for (const name of readdirSync(model)) {
      const bytes = readFileSync(join(model, name));
      const text = name === 'model.json' ? JSON.stringify({ ...json, version: '2' }) : bytes;
      writeFileSync(join(directory, name), text);
    }
    await scorer.deploy(directory, { traffic: 'shadow' });
    const copied = (): number => scorer.deployments().find(({ version }) => version === '2')?.shadow?.copied ?? 0;
    // A busy machine has no time for copies at first.
    for (let index = 0; copied() < 5; index += 1) await scorer.score({ features: features(index) });
    while (decisionsOf(records).every(({ role }) => role !== 'shadow')) await recorder.flush();
    const shadows = decisionsOf(records).filter(({ role }) => role === 'shadow');
    expect(shadows.length).toBeGreaterThan(0);
    for (const shadow of shadows) {
      expect(shadow.model.version).toBe('2');
      const own = decisionsOf(records).filter(({ copy, role }) => role === 'primary' && copy === shadow.copy);
      expect(own).toHaveLength(1);
      expect(own[0]?.features).toEqual(shadow.features);
      expect(own[0]?.fraudProbability).toBe(shadow.fraudProbability);
    }
  });

  it('counts calls of scoreColumns, and records labels', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    const rows = 10;
    const columns = Object.fromEntries(manifest.inputs.map(({ name, size }) => [name, new Float32Array(rows * size)]));
    await scorer.scoreColumns(columns, rows);
    await scorer.score({ id: 'tx-1', features: features(1) });
    scorer.recordOutcome({ id: 'tx-1', isFraud: true });
    scorer.recordOutcome({ id: 'unknown', isFraud: false });
    await recorder.flush();
    const columnsRecord = records.find((record) => record.kind === 'columns');
    expect(columnsRecord).toMatchObject({ rows, model: { version: '1' } });
    expect(records.filter((record) => record.kind === 'outcome')).toMatchObject([
      { isFraud: true, matched: true, id: decisionsOf(records)[0]?.id },
      { isFraud: false, matched: false },
    ]);
  });

  it('gives a changed policy a number and a hash of its own', async () => {
    const scorer = await scorerWith();
    const { sink, records } = collecting();
    const recorder = recordDecisions(scorer, { sink, mask: { key } });
    await scorer.score({ features: features(1) });
    scorer.setPolicy({ blockProbability: 0.75 });
    await scorer.score({ features: features(1) });
    await recorder.flush();
    const [before, after] = decisionsOf(records);
    expect(after?.policy.hash).not.toBe(before?.policy.hash);
    expect(after?.policy.blockProbability).toBe(0.75);
  });

  it.each([
    ['drop-newest', (sequences: number[]) => expect(sequences[0]).toBe(0)],
    ['drop-oldest', (sequences: number[]) => expect(sequences.at(-1)).toBe(23_999)],
  ] as const)('counts what it drops by %s while the sink is slow', async (onFull, check) => {
    const scorer = await scorerWith({ timeoutMs: 60_000 });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const records: DecisionLogRecord[] = [];
    const sink = async (some: readonly DecisionLogRecord[]): Promise<void> => {
      await held;
      records.push(...some);
    };
    const recorder = recordDecisions(scorer, { sink, mask: { key }, onFull, bufferBytes: 1_048_576 });
    const many = Array.from({ length: 8_000 }, (_, index) => ({ features: features(index) }));
    // The messages that may be with the host hold some MB beyond the memory: more must come.
    for (let part = 0; part < 3; part += 1) await scorer.scoreMany(many);
    const { dropped } = recorder.summary();
    expect(dropped).toBeGreaterThan(0);
    release();
    await recorder.flush();
    const sequences = decisionsOf(records).map(({ sequence }) => sequence);
    expect(sequences.length).toBe(24_000 - recorder.summary().dropped);
    check(sequences);
  });

  it('makes requests wait rather than lose a decision by block', async () => {
    const scorer = await scorerWith({ timeoutMs: 60_000 });
    const records: DecisionLogRecord[] = [];
    const sink = async (some: readonly DecisionLogRecord[]): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      records.push(...some);
    };
    const recorder = recordDecisions(scorer, { sink, mask: { key }, onFull: 'block', bufferBytes: 1_048_576 });
    const many = Array.from({ length: 8_000 }, (_, index) => ({ features: features(index) }));
    const outcomes = await scorer.scoreMany(many);
    expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
    await recorder.flush();
    expect(recorder.summary()).toMatchObject({ dropped: 0, written: 8_000, pending: 0 });
    expect(decisionsOf(records)).toHaveLength(8_000);
  });

  it('flushes while the scorer goes on faster than the sink takes records', async () => {
    const scorer = await scorerWith({ timeoutMs: 60_000 });
    const sink = { directory: folder(), format: 'ndjson', gzip: true } as const;
    const recorder = recordDecisions(scorer, { sink, mask: { key }, bufferBytes: 1_048_576 });
    let isFlushed = false;
    const load = async (caller: number): Promise<void> => {
      while (!isFlushed) await scorer.score({ features: features(caller) });
    };
    const callers = Array.from({ length: 512 }, (_, caller) => load(caller));
    // Batches wait for the sink by now.
    while (recorder.summary().pending < 1_000) await scorer.score({ features: features(1) });
    await recorder.flush();
    isFlushed = true;
    expect(recorder.summary().written).toBeGreaterThan(1_000);
    await Promise.all(callers);
  }, 10_000);

  it('writes lines of JSON to a stream', async () => {
    const scorer = await scorerWith();
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const recorder = recordDecisions(scorer, { sink: stream, mask: { key } });
    await scorer.score({ features: features(1) });
    await recorder.flush();
    const lines = text.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'decision', sequence: 0 });
  });

  it('ends with the scorer, and says in the files that it did', async () => {
    const scorer = await scorerWith();
    const directory = folder();
    const recorder = recordDecisions(scorer, { sink: { directory, format: 'ndjson' }, mask: { key } });
    await scorer.score({ features: features(1) });
    await scorer.close();
    const [name] = readdirSync(directory);
    const lines = readFileSync(join(directory, name ?? ''), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(['decision', 'end']);
    await recorder.close();
    expect(recorder.summary()).toMatchObject({ written: 1, pending: 0 });
  });

  it('says at the end how many decisions were dropped after the last that was written', async () => {
    const scorer = await scorerWith({ timeoutMs: 60_000 });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const records: DecisionLogRecord[] = [];
    const sink = async (some: readonly DecisionLogRecord[]): Promise<void> => {
      await held;
      records.push(...some);
    };
    const recorder = recordDecisions(scorer, { sink, mask: { key }, onFull: 'drop-newest', bufferBytes: 1_048_576 });
    await scorer.scoreMany(Array.from({ length: 24_000 }, (_, index) => ({ features: features(index % 100) })));
    const { dropped } = recorder.summary();
    expect(dropped).toBeGreaterThan(0);
    const closed = recorder.close();
    release();
    await closed;
    expect(records.at(-1)).toMatchObject({ kind: 'end', sequence: 24_000, dropped, written: 24_000 - dropped });
  });

  it.each([
    [{}, 'sink'],
    [{ sink: { directory: '' }, mask: { key } }, 'sink.directory'],
    [{ sink: { directory: '/dev/null/records' }, mask: { key } }, 'sink.directory'],
    [{ sink: { directory: '/proc/records' }, mask: { key } }, 'sink.directory'],
    [{ sink: () => {} }, 'mask.key'],
    [{ sink: () => {}, mask: { key: 'short' } }, 'mask.key'],
    [{ sink: () => {}, mask: { key, fields: { id: 'keep' } } }, 'mask.fields'],
    [{ sink: () => {}, mask: { key, fields: { '/id': 'drop' } } }, 'mask.fields./id'],
    [{ sink: () => {}, mask: { key }, onFull: 'wait' }, 'onFull'],
    [{ sink: () => {}, mask: { key }, sample: { APPROVE: 2 } }, 'sample.APPROVE'],
    [{ sink: () => {}, mask: { key }, flushMs: 3 }, 'flushMs'],
    [{ sink: { directory: '.', gzip: true }, mask: { key } }, 'sink.gzip'],
    [{ sink: () => {}, mask: { key }, fields: 'id' }, 'fields'],
    [{ sink: () => {}, mask: { key }, fields: ['id', 3] }, 'fields[1]'],
  ])('refuses %j by the name of the field', async (options, path) => {
    const scorer = await scorerWith();
    const record = (): unknown => recordDecisions(scorer, options as unknown as RecordsOptions);
    expect(record).toThrow(InvalidOptionsError);
    expect(record).toThrow(
      expect.objectContaining({ issues: expect.arrayContaining([expect.objectContaining({ path })]) }),
    );
    await expect(scorer.score({ features: features(1) })).resolves.toBeDefined();
  });

  it.each([
    ['short', 'a text of 5 bytes'],
    [Buffer.from('short'), '5 bytes'],
    [12_345, 'a value of type number'],
    [undefined, 'nothing'],
  ])('does not show the key that it refuses (%j)', async (bad, received) => {
    const scorer = await scorerWith();
    const record = (): unknown => recordDecisions(scorer, { sink: () => {}, mask: { key: bad as string } });
    const expected = "a text or bytes, at least 16 bytes long, as /id is hashed (or mask by 'remove' or 'keep')";
    expect(record).toThrow(expect.objectContaining({ issues: [{ path: 'mask.key', expected, received }] }));
  });

  it.each([
    [
      { fields: ['id', 'ammount'] },
      'fields[1]',
      'one of id, amount, features, attention, reasons',
      'did you mean amount?',
    ],
    [{ mask: { key, fields: { '/amout': 'keep' } } }, 'mask.fields', 'JSON Pointers', 'did you mean /amount?'],
    [{ mask: { key, fields: { id: 'keep' } } }, 'mask.fields', 'JSON Pointers', 'did you mean /id?'],
  ])('names the known field that is nearest to a wrong one (%j)', async (options, path, expected, received) => {
    const scorer = await scorerWith();
    const given = { sink: () => {}, mask: { key }, ...options } as unknown as RecordsOptions;
    const issue = {
      path,
      expected: expect.stringContaining(expected),
      received: expect.stringContaining(received),
    };
    expect(() => recordDecisions(scorer, given)).toThrow(expect.objectContaining({ issues: [issue] }));
  });

  it('refuses a scorer that is closed, or closing', async () => {
    const directory = folder();
    const record = (scorer: FraudScorer): unknown => recordDecisions(scorer, { sink: { directory }, mask: { key } });
    const scorer = await scorerWith();
    const closed = scorer.close();
    expect(() => record(scorer)).toThrow(
      expect.objectContaining({
        code: 'ERR_CLOSED',
        message: 'The scorer is closed: no decision of it can be recorded',
      }),
    );
    await closed;
    expect(() => record(scorer)).toThrow(ClosedError);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('makes a directory with its parents', async () => {
    const scorer = await scorerWith();
    const directory = join(folder(), 'a', 'b');
    await recordDecisions(scorer, { sink: { directory }, mask: { key } }).close();
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('counts as written only the records that the function has taken', async () => {
    const scorer = await scorerWith();
    const summaries: unknown[] = [];
    let taken = (): void => {};
    const isTaken = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const recorder: DecisionRecorder = recordDecisions(scorer, {
      // The thread has handed the record over long before it is given a second time.
      sink: () => {
        if (summaries.push(recorder.summary()) === 1) throw new Error('not now');
        taken();
      },
      mask: { key },
    });
    await scorer.score({ id: 'a', features: features(1) });
    await isTaken;
    await recorder.flush();
    expect(summaries).toMatchObject([
      { written: 0, pending: 1 },
      { written: 0, pending: 1, stalled: { reason: 'not now' } },
    ]);
    expect(recorder.summary()).toMatchObject({ written: 1, pending: 0 });
    await recorder.close();
    expect(recorder.summary()).toMatchObject({ written: 1, pending: 0 });
  });

  it('writes no index beside compressed lines', async () => {
    const scorer = await scorerWith();
    const directory = folder();
    const recorder = recordDecisions(scorer, { sink: { directory, format: 'ndjson', gzip: true }, mask: { key } });
    await scorer.score({ id: 'a', features: features(1) });
    await recorder.close();
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/\.ndjson\.gz$/)]);
  });

  it('refuses what is no scorer, and a scorer whose decisions are recorded already', async () => {
    expect(() => recordDecisions({} as never, { sink: () => {}, mask: { key } })).toThrow(/FraudScorer/);
    const scorer = await scorerWith();
    const recorder = recordDecisions(scorer, { sink: () => {}, mask: { key } });
    expect(() => recordDecisions(scorer, { sink: () => {}, mask: { key } })).toThrow(/close that recorder first/);
    await recorder.close();
    expect(() => recordDecisions(scorer, { sink: () => {}, mask: { key } })).not.toThrow();
  });
});
