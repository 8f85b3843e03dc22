import { copyFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FraudScorerOptions } from '../../src/api/options.js';
import type { RecordedDecision } from '../../src/api/records.js';
import { runCli } from '../../src/cli/run-cli.js';
import { FraudScorer } from '../../src/index.js';
import type { ReplayedRecord, ReplayReport } from '../../src/tools/replay/replay-report.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { type RecordingOptions, recordsKey, recordTo, runtimeHere } from '../support/recorded-files.js';

const bundled = projectPath('models/visa-fraud/1');

let folder: string;
let records: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay # '));
  records = join(folder, 'records');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Input {
  name: string;
  size: number;
  type?: string;
  categories?: Record<string, string[]> | string[];
  features?: string[];
}

async function inputsOf(model: string): Promise<Input[]> {
  return JSON.parse(await readFile(join(model, 'model.json'), 'utf8')).inputs;
}

/** Features that differ from row to row, as the inputs take them. */
function featuresOf(inputs: readonly Input[], row: number): Record<string, unknown[]> {
  const value = ({ name, type, categories, features }: Input, column: number): unknown => {
    const number = Math.sin(row * 7.3 + column * 1.7) * 2;
    const texts = Array.isArray(categories) ? categories : categories?.[features?.[column] ?? name];
    if (texts !== undefined && texts.length > 0) return texts[row % texts.length];
    if (type === 'int64') return BigInt(Math.round(number * 1e6)) * 4_611_686n;
    if (type === 'int32') return Math.round(number * 100);
    if (type === 'bool') return row % 2 === 0;
    return number;
  };
  return Object.fromEntries(
    inputs.map((input) => [input.name, Array.from({ length: input.size }, (_, column) => value(input, column))]),
  );
}

const linearInputs: Input[] = [
  { name: 'left', size: 3 },
  { name: 'right', size: 2 },
];

interface Recorded extends Partial<RecordingOptions> {
  rows?: number;
  options?: Partial<FraudScorerOptions>;
  during?: (scorer: FraudScorer, row: number) => void;
  after?: (scorer: FraudScorer) => void;
  features?: (inputs: readonly Input[], row: number) => Record<string, unknown[]>;
}

/** Scores rows as a host does, some at a time, with decisions recorded. */
async function record(
  model: string,
  { rows = 300, options, during, after, features = featuresOf, ...recording }: Recorded = {},
) {
  const inputs = await inputsOf(model);
  await using scorer = await FraudScorer.create({ model, providers: ['cpu'], workers: 2, drift: false, ...options });
  const log = recordTo(scorer, { directory: records, ...recording });
  for (let first = 0; first < rows; first += 37) {
    during?.(scorer, first);
    const requests = Array.from({ length: Math.min(37, rows - first) }, (_, index) => ({
      id: `tx-${first + index}`,
      features: features(inputs, first + index),
      amount: 10 + first + index,
    }));
    const outcomes = await scorer.scoreMany(requests as never);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    log.drain();
  }
  after?.(scorer);
  log.end();
}

async function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const code = await runCli(args, {
    write: (text) => {
      stdout += text;
    },
    error: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

async function replay(...args: string[]): Promise<{ code: number; report: ReplayReport; stderr: string }> {
  const out = join(folder, 'report.json');
  await rm(out, { force: true });
  const { code, stderr } = await cli('replay', records, ...args, '--json', out);
  const report: ReplayReport = JSON.parse(await readFile(out, 'utf8').catch(() => 'null'));
  return { code, report, stderr };
}

async function recordsFile(): Promise<string> {
  const [name] = (await readdir(records)).filter((name) => !name.endsWith('.idx'));
  return join(records, name ?? '');
}

/** Lines of JSON, to be changed. */
async function changeLines(change: (record: RecordedDecision) => void): Promise<void> {
  const path = await recordsFile();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const changed = lines.map((line) => {
    const record = JSON.parse(line);
    if (record.kind === 'decision') change(record);
    return JSON.stringify(record);
  });
  await writeFile(path, `${changed.join('\n')}\n`);
}

describe('replay', () => {
  it.each(['binary', 'ndjson'] as const)(
    'finds all decisions of the bundled model identical, sampled, held for reasons and by two policies (%s)',
    async (format) => {
      await record(bundled, {
        format,
        rows: 600,
        sample: { APPROVE: 0.5 },
        options: { explain: 'review', policy: { reviewProbability: 0.001 } },
        during: (scorer, row) => {
          if (row > 300) scorer.setPolicy({ reviewProbability: 0.3 });
        },
      });
      const { code, report } = await replay('--models', bundled);
      expect(code).toBe(0);
      expect(report.records).toEqual({
        identical: report.decisions,
        withinTolerance: 0,
        different: 0,
        cannotBeReplayed: 0,
      });
      expect(report.decisions).toBeGreaterThan(100);
      expect(report.otherEnvironments).toEqual([]);
      expect(report.batches.run).toBeGreaterThan(5);
    },
    60_000,
  );

  it.each([
    ...['typed', 'missing', 'int64', 'forms', 'batch-1', 'batch-4', 'batch-3-typed', 'trees', 'float16', 'linear'],
    ...['static-int8', 'odd-names', 'sqrt'],
  ] as const)(
    'finds all decisions of the model %s identical, from both forms of files',
    async (name) => {
      const model = fixtureModel(name as 'typed');
      for (const [format, gzip] of [
        ['binary', false],
        ['ndjson', true],
      ] as const) {
        const features =
          name === 'sqrt' ? (inputs: readonly Input[], row: number) => positive(featuresOf(inputs, row)) : featuresOf;
        await record(model, { format, gzip, features, rows: 120 });
        const { code, report, stderr } = await replay('--models', projectPath('test/fixtures/models'));
        expect(stderr).toBe('');
        expect(report.records).toEqual({ identical: 120, withinTolerance: 0, different: 0, cannotBeReplayed: 0 });
        expect(code).toBe(0);
        await rm(records, { recursive: true });
      }
    },
    60_000,
  );

  it('finds decisions of a model whose rows run alone identical, and missing values as they were', async () => {
    const model = await modelWith(folder, 'missing', { batch: 'alone' });
    await record(model, {
      rows: 80,
      features: (_, row) => ({
        X: [row % 3 === 0 ? Number.NaN : row, null, row % 2],
        age: [row % 5 === 0 ? null : 33],
      }),
    });
    const { code, report } = await replay('--models', model);
    expect(report.records.identical).toBe(80);
    expect(code).toBe(0);
  });

  it('tells what is different by a bit, by more, by its decision, and by a tolerance', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 50 });
    const wanted = new Map([
      ['0123abcd-3', 'within tolerance'],
      ['0123abcd-5', 'different'],
      ['0123abcd-7', 'different'],
    ]);
    await changeLines((record) => {
      if (record.fraudProbability === null || record.riskScore === null) return;
      if (record.sequence === 3) record.riskScore = Math.fround(record.riskScore + 2 ** -24);
      if (record.sequence === 5) record.fraudProbability = Math.fround(record.fraudProbability / 2 + 0.1);
      if (record.sequence === 7) record.decision = record.decision === 'BLOCK' ? 'APPROVE' : 'BLOCK';
    });
    const lines = join(folder, 'all.ndjson.gz');
    const { code, report } = await replay('--models', fixtureModel('linear'), '--records', lines);
    const each: ReplayedRecord[] = gunzipSync(await readFile(lines))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(each).toHaveLength(50);
    for (const { decisionId, status } of each) expect(status).toBe(wanted.get(decisionId) ?? 'identical');
    expect(report.records).toEqual({ identical: 47, withinTolerance: 1, different: 2, cannotBeReplayed: 0 });
    expect(report.differences.map(({ decisionId }) => decisionId)).toEqual(['0123abcd-5', '0123abcd-7']);
    expect(code).toBe(1);
    const strict = await replay('--models', fixtureModel('linear'), '--tolerance', '0');
    expect(strict.report.records.different).toBe(3);
  });

  it('tells what is different by a raw output, whatever its scores are', async () => {
    const model = await modelWith(folder, 'forms', { outputs: { logits: 'logits3', fraudClass: 2 } });
    await record(model, { format: 'ndjson', rows: 50 });
    const wanted = new Map([
      ['0123abcd-3', 'within tolerance'],
      ['0123abcd-5', 'different'],
      ['0123abcd-7', 'different'],
    ]);
    await changeLines(({ sequence, rawOutputs }) => {
      const logits = rawOutputs?.logits;
      if (logits === undefined) return;
      if (sequence === 3) logits[1] = Math.fround(Number(logits[1]) * (1 + 2 ** -22));
      if (sequence === 5) logits[1] = Number(logits[1]) + 1;
      if (sequence === 7) logits.pop();
    });
    const lines = join(folder, 'all.ndjson');
    const { code, report } = await replay('--models', model, '--records', lines);
    const each = (await readFile(lines, 'utf8')).trimEnd().split('\n');
    for (const line of each) {
      const { decisionId, status, recorded, replayed }: ReplayedRecord = JSON.parse(line);
      expect(status).toBe(wanted.get(decisionId) ?? 'identical');
      expect(replayed?.rawOutputs).toHaveLength(3);
      if (status === 'identical') expect(replayed?.rawOutputs).toEqual(recorded.rawOutputs);
    }
    expect(report.records).toEqual({ identical: 47, withinTolerance: 1, different: 2, cannotBeReplayed: 0 });
    expect(code).toBe(1);
  });

  it('says why decisions cannot be replayed', async () => {
    await record(fixtureModel('linear'), { rows: 40, fields: { '/features/left/a': 'hash' } });
    const masked = await replay('--models', fixtureModel('linear'));
    expect(masked.code).toBe(4);
    expect(masked.report.result).toBe('nothing replayed');
    expect(masked.stderr).toMatch(/^Nothing could be replayed: .*none of the 40 decisions.*masked/);
    expect(masked.report.cannotBeReplayed).toMatchObject([{ code: 'input-masked', records: 40 }]);
    await rm(records, { recursive: true });
    await record(fixtureModel('linear'), { rows: 40 });
    const missing = await replay('--models', fixtureModel('trees'));
    expect(missing.code).toBe(4);
    expect(missing.report.cannotBeReplayed).toMatchObject([{ code: 'model-missing', records: 40 }]);
    expect(missing.report.cannotBeReplayed[0]?.why).toContain('linear 1');
    const other = join(folder, 'other');
    await cp(fixtureModel('linear-off'), other, { recursive: true });
    const manifest = JSON.parse(await readFile(join(other, 'model.json'), 'utf8'));
    await writeFile(join(other, 'model.json'), JSON.stringify({ ...manifest, name: 'linear', version: '1' }));
    const differs = await replay('--models', other);
    expect(differs.report.cannotBeReplayed).toMatchObject([{ code: 'model-differs', records: 40 }]);
  });

  it('ends with 5 where some decisions could not be replayed, and says how many and why', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 40 });
    await changeLines((record) => {
      if (record.sequence < 3) Reflect.deleteProperty(record, 'features');
    });
    const { code, report, stderr } = await replay('--models', fixtureModel('linear'));
    expect(code).toBe(5);
    expect(report.result).toBe('partly replayed');
    expect(stderr).toMatch(/^3 of 40 decisions could not be replayed: the record has no features/);
    const { stdout } = await cli('replay', records, '--models', fixtureModel('linear'));
    expect(stdout).toMatch(/^Result: 37 decisions are as recorded; 3 could not be replayed\n/);
  });

  it('ends with 4 where the files have no decision that a model took, and with 1 where something is different', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 5 });
    await changeLines((record) => {
      Object.assign(record, { decidedBy: 'fallback', fraudProbability: null, riskScore: null, riskLevel: null });
    });
    expect((await replay('--models', fixtureModel('linear'))).code).toBe(4);
    await changeLines((record) => Object.assign(record, { kind: 'columns' }));
    const empty = await replay('--models', fixtureModel('linear'));
    expect(empty).toMatchObject({ code: 4, report: { decisions: 0, result: 'nothing replayed' } });
    expect(empty.stderr).toContain('there is no decision in the files');
    await rm(records, { recursive: true });
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 5 });
    await changeLines((record) => {
      if (record.sequence === 0) Reflect.deleteProperty(record, 'features');
      if (record.sequence === 1) record.decision = record.decision === 'BLOCK' ? 'APPROVE' : 'BLOCK';
    });
    expect(await replay('--models', fixtureModel('linear'))).toMatchObject({
      code: 1,
      report: { result: 'different' },
    });
  });

  it('lists its exit codes in its help', async () => {
    const { code, stdout } = await cli('replay', '--help');
    expect(code).toBe(0);
    for (const line of [/^ +0 +all/m, /^ +1 +.*different/m, /^ +2 /m, /^ +4 +nothing/m, /^ +5 +/m])
      expect(stdout).toMatch(line);
  });

  it('runs what was decided elsewhere, and says what was otherwise there', async () => {
    await record(fixtureModel('linear'), { rows: 40, runtime: { cpuModel: 'Another CPU', onnxruntime: '1.0.0' } });
    const { code, report } = await replay('--models', fixtureModel('linear'));
    expect(code).toBe(0);
    expect(report.records.identical).toBe(40);
    expect(report.otherEnvironments.map(({ what, recorded, records }) => [what, recorded, records])).toEqual([
      ['onnxruntime', '1.0.0', 40],
      ['cpuModel', 'Another CPU', 40],
    ]);
  });

  it.each(['package', 'node', 'onnxruntime', 'cpuModel'] as const)(
    'cannot replay scores that come out differently where the %s was another one, and says so',
    async (what) => {
      await record(fixtureModel('linear'), { format: 'ndjson', rows: 50 });
      await changeLines((record) => {
        const { fraudProbability, riskScore, sequence, runtime } = record;
        if (fraudProbability === null || riskScore === null) return;
        Object.assign(runtime, { [what]: 'another one' });
        if (sequence === 3) record.riskScore = Math.fround(riskScore + 2 ** -24);
        if (sequence === 5) record.fraudProbability = Math.fround(fraudProbability / 2 + 0.1);
        // No machine decides otherwise by the same scores.
        if (sequence === 7) record.decision = record.decision === 'BLOCK' ? 'APPROVE' : 'BLOCK';
      });
      const lines = join(folder, 'all.ndjson');
      const { code, report } = await replay('--models', fixtureModel('linear'), '--records', lines);
      expect(report.records).toEqual({ identical: 47, withinTolerance: 1, different: 1, cannotBeReplayed: 1 });
      expect(report.differences.map(({ decisionId }) => decisionId)).toEqual(['0123abcd-7']);
      expect(report.differences[0]?.otherwise).toEqual([what]);
      expect(report.cannotBeReplayed).toMatchObject([{ code: 'other-environment', records: 1 }]);
      expect(report.cannotBeReplayed[0]?.why).toContain('another one');
      expect(report.otherEnvironments).toMatchObject([{ what, records: 50, cannotBeReplayed: 1 }]);
      const each = (await readFile(lines, 'utf8')).split('\n').filter((line) => line.includes('"0123abcd-5"'));
      expect(JSON.parse(each[0] ?? '')).toMatchObject({ status: 'cannot be replayed', otherwise: [what] });
      expect(code).toBe(1);
    },
  );

  it('says of a GPU that scores come out differently on the CPU, and how many are within the tolerance', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 50 });
    await changeLines((record) => {
      const { fraudProbability, riskScore, sequence, runtime } = record;
      if (fraudProbability === null || riskScore === null) return;
      Object.assign(runtime, { provider: 'cuda', cpuModel: 'the CPU beside the GPU' });
      if (sequence === 3) record.riskScore = Math.fround(riskScore + 2 ** -24);
      if (sequence === 5) record.fraudProbability = Math.fround(fraudProbability / 2 + 0.1);
    });
    const lines = join(folder, 'all.ndjson');
    const { code, report } = await replay('--models', fixtureModel('linear'), '--records', lines);
    expect(report.records).toEqual({ identical: 48, withinTolerance: 1, different: 1, cannotBeReplayed: 0 });
    expect(report.otherEnvironments).toMatchObject([
      { what: 'cpuModel', records: 50, withinTolerance: 1, different: 1, cannotBeReplayed: 0 },
      { what: 'provider', recorded: 'cuda', here: 'cpu', records: 50, withinTolerance: 1, different: 1 },
    ]);
    expect(report.sameEnvironment).toEqual({ withinTolerance: 0, different: 0 });
    expect(code).toBe(1);
    const each: ReplayedRecord[] = (await readFile(lines, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { decisionId, status, why } of each) {
      if (decisionId === '0123abcd-3') expect([status, why]).toEqual(['within tolerance', expect.anything()]);
      else if (decisionId === '0123abcd-5') expect(status).toBe('different');
      else expect(why).toBeUndefined();
      if (status !== 'identical') expect(why).toContain('other provider (cuda, here cpu)');
    }
    const { stdout } = await cli('replay', records, '--models', fixtureModel('linear'));
    expect(stdout).toContain('Other provider: cuda, here cpu: 50 decisions, of which 1 within tolerance, 1 different');
  });

  it('compares the settings of the session, and says which are others', async () => {
    const session = { ...runtimeHere.session, intraOpNumThreads: 4 };
    await record(fixtureModel('linear'), { rows: 20, runtime: { session } });
    const { report } = await replay('--models', fixtureModel('linear'));
    expect(report.otherEnvironments).toMatchObject([
      { what: 'session', recorded: 'intraOpNumThreads 4', here: 'intraOpNumThreads 1', records: 20, different: 0 },
    ]);
    expect(report.here.session).toEqual(runtimeHere.session);
  });

  it.each(['binary', 'ndjson'] as const)(
    'compares attention where it was recorded, bit by bit and by the tolerance (%s)',
    async (format) => {
      await record(fixtureModel('sqrt'), {
        format,
        rows: 40,
        features: (inputs, row) => positive(featuresOf(inputs, row)),
      });
      const same = await replay('--models', fixtureModel('sqrt'));
      expect(same.report.records.identical).toBe(40);
      expect(same.report.attention).toEqual({
        compared: 40,
        largestDifference: { withinTolerance: null, different: null },
      });
      await rm(records, { recursive: true });
      await record(fixtureModel('sqrt'), {
        format,
        fields: { '/attention': 'remove' },
        rows: 40,
        features: (inputs, row) => positive(featuresOf(inputs, row)),
      });
      const { code, report } = await replay('--models', fixtureModel('sqrt'));
      expect(code).toBe(0);
      expect(report.attention.compared).toBe(0);
      expect(report.records.identical).toBe(40);
    },
  );

  it('tells attention that is different by a bit and by more, beside scores that are the same', async () => {
    await record(fixtureModel('sqrt'), {
      format: 'ndjson',
      rows: 20,
      features: (inputs, row) => positive(featuresOf(inputs, row)),
    });
    await changeLines((record) => {
      const [first = 0, ...others] = record.attention ?? [];
      if (record.sequence === 3) record.attention = [Math.fround(first * (1 + 2 ** -23)), ...others];
      if (record.sequence === 5) record.attention = [first + 0.25, ...others];
      if (record.sequence === 7) record.attention = [first, ...others, 0.5];
      if (record.sequence === 9) record.runtime.cpuModel = 'another one';
      if (record.sequence === 9) record.attention = [first + 0.25, ...others];
    });
    const lines = join(folder, 'all.ndjson');
    const { code, report } = await replay('--models', fixtureModel('sqrt'), '--records', lines);
    expect(code).toBe(1);
    expect(report.records).toEqual({ identical: 16, withinTolerance: 1, different: 2, cannotBeReplayed: 1 });
    expect(report.cannotBeReplayed).toMatchObject([{ code: 'other-environment' }]);
    expect(report.largestDifference).toEqual({ withinTolerance: 0, different: 0 });
    expect(report.attention.largestDifference).toEqual({ withinTolerance: expect.any(Number), different: null });
    expect(report.sameEnvironment).toEqual({ withinTolerance: 1, different: 2 });
    expect(report.differences).toMatchObject([
      { decisionId: '0123abcd-5', difference: 0, attentionDifference: expect.closeTo(0.25, 5) },
      { decisionId: '0123abcd-7', difference: 0, attentionDifference: null },
    ]);
    const { stdout } = await cli('replay', records, '--models', fixtureModel('sqrt'));
    expect(stdout).toContain('Attention compared: of 20 decisions');
  });

  it('says where model.json was changed under the same model file', async () => {
    await record(bundled, { rows: 60 });
    const changed = join(folder, 'changed');
    await cp(bundled, changed, { recursive: true });
    const manifest = JSON.parse(await readFile(join(changed, 'model.json'), 'utf8'));
    const { mean } = manifest.inputs[0];
    mean[0] += 0.5;
    await writeFile(join(changed, 'model.json'), JSON.stringify(manifest));
    const { report } = await replay('--models', changed);
    expect(report.cannotBeReplayed.length).toBeGreaterThan(0);
    for (const { code, why } of report.cannotBeReplayed) {
      expect(code).toBe('other-environment');
      expect(why).toContain('other model.json');
    }
    expect(report.records.different).toBe(0);
    expect(report.otherEnvironments).toMatchObject([{ what: 'manifest', records: 60 }]);
  });

  it('reads on behind damage and ends with 1, and takes the end of a killed process as it is', async () => {
    await record(fixtureModel('linear'), { rows: 300 });
    const path = await recordsFile();
    const bytes = await readFile(path);
    await truncate(path, bytes.length - 300);
    const cut = await replay('--models', fixtureModel('linear'));
    expect(cut.code).toBe(0);
    expect(cut.report.unfinishedFiles).toBe(1);
    expect(cut.report.records.different).toBe(0);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await writeFile(path, bytes);
    const { code, report } = await replay('--models', fixtureModel('linear'));
    expect(code).toBe(1);
    expect(report.damaged).toHaveLength(1);
    expect(report.records.identical).toBe(report.decisions);
    expect(report.decisions).toBeGreaterThan(100);
    expect(report.decisions).toBeLessThan(300);
  });

  it('reads compressed lines up to where they are cut', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', gzip: true, rows: 300 });
    const path = await recordsFile();
    await truncate(path, (await readFile(path)).length - 40);
    const { code, report } = await replay('--models', fixtureModel('linear'));
    expect(code).toBe(0);
    expect(report.unfinishedFiles).toBe(1);
    expect(report.records.identical).toBeGreaterThan(200);
  });

  it('stops after as many decisions as it is told', async () => {
    await record(fixtureModel('linear'), { rows: 111 });
    const { code, report } = await replay('--models', fixtureModel('linear'), '--limit', '20');
    expect(code).toBe(0);
    expect(report.decisions).toBeGreaterThanOrEqual(20);
    expect(report.decisions).toBeLessThan(111);
  });

  it('compares the scores of what the host decided, and leaves out what the fallback did', async () => {
    await record(fixtureModel('linear'), {
      rows: 74,
      options: { fallback: 'REVIEW', decide: ({ decision }) => (decision === 'APPROVE' ? 'REVIEW' : undefined) },
      during: (scorer) => {
        scorer.score({ features: featuresOf(linearInputs, 1) } as never, { timeoutMs: 0.000_001 }).catch(() => {});
      },
    });
    const { code, report } = await replay('--models', fixtureModel('linear'), '--against', fixtureModel('linear'));
    expect(code).toBe(0);
    expect(report.decidedByHost).toBeGreaterThan(0);
    expect(report.records.identical).toBe(74);
    expect(report.cannotBeReplayed).toMatchObject([{ code: 'decided-by-fallback' }]);
    expect(report.against).toMatchObject({ decisions: 74, flipped: 0, decidedByHost: report.decidedByHost });
  });

  it('finds the decisions of a challenger and of a shadow identical, each by its own model', async () => {
    const model = fixtureModel('linear');
    await using scorer = await FraudScorer.create({ model, providers: ['cpu'], workers: 1, drift: false });
    const shadow = await modelWith(join(folder, 'models'), 'linear-off', { version: '2' });
    const challenger = await modelWith(join(folder, 'models'), 'linear', {
      version: '3',
      policy: { blockProbability: 0.3 },
    });
    await scorer.deploy(shadow, { traffic: 'shadow' });
    await scorer.deploy(challenger, { traffic: 0.5 });
    const log = recordTo(scorer, { directory: records });
    for (let row = 0; row < 200; row += 1) {
      await scorer.score({ id: `tx-${row}`, features: featuresOf(linearInputs, row) } as never);
    }
    const shadows = (): number => scorer.deployments().find(({ version }) => version === '2')?.shadow?.copied ?? 0;
    await expect.poll(shadows).toBeGreaterThan(50);
    log.end();
    await cp(model, join(folder, 'models', 'first'), { recursive: true });
    const { code, report } = await replay('--models', join(folder, 'models'), '--against', challenger);
    expect(code).toBe(0);
    expect(report.records.identical).toBe(report.decisions);
    expect(report.models.map(({ version }) => version).toSorted()).toEqual(['1', '2', '3']);
    expect(report.against?.decisions).toBe(200);
    expect(report.against?.skipped.shadow).toBe(report.decisions - 200);
  });

  it('takes lines that somebody has made unreadable as damage', async () => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 30 });
    await changeLines((record) => {
      if (record.sequence === 2 && record.batch !== undefined) record.batch.place = 1_000_000;
      if (record.sequence === 4) Reflect.deleteProperty(record, 'runtime');
      if (record.sequence === 6 && record.features !== undefined) record.features = { left: [1, 2, 3] };
    });
    const { code, report } = await replay('--models', fixtureModel('linear'));
    expect(code).toBe(1);
    expect(report.damaged).toHaveLength(2);
    expect(report.cannotBeReplayed).toMatchObject([{ code: 'inputs-differ', records: 1 }]);
    expect(report.records.identical).toBe(27);
  });

  it.each(['binary', 'ndjson'] as const)('compares decisions that are twice in the files once (%s)', async (format) => {
    await record(fixtureModel('linear'), { format, rows: 60 });
    const file = await recordsFile();
    await copyFile(file, file.replace('-000000.', '-000001.'));
    const { code, report } = await replay('--models', fixtureModel('linear'), '--against', fixtureModel('linear'));
    expect(report).toMatchObject({ decisions: 60, repeated: 60, records: { identical: 60 } });
    expect(report.against?.decisions).toBe(60);
    expect(code).toBe(0);
  });

  it.each([
    ['decision', 'DENY'],
    ['decidedBy', 'nobody'],
    ['role', 3],
    ['policy', null],
    ['model', { name: 'linear' }],
    ['runtime', { node: '20' }],
    ['fraudProbability', '0.5'],
    ['riskLevel', 'SOME'],
    ['features', 'none'],
    ['features', { left: 'abc', right: [1, 2] }],
    ['amount', '12'],
    ['timing', undefined],
    ['decisionId', 7],
    ['attention', ['a']],
    ['reasons', [null]],
    ['reasons', 'some'],
    ['rawOutputs', { logits: 3 }],
    ['fallback', {}],
    ['at', 'yesterday'],
    ['id', 5],
    ['batch', 'none'],
  ])('takes a line whose %s is %j as damage, in each command', async (field, value) => {
    await record(fixtureModel('linear'), { format: 'ndjson', rows: 5, fields: { '/id': 'keep' } });
    await changeLines((record) => {
      if (record.sequence === 2) Object.assign(record, { [field]: value });
    });
    const { code, report } = await replay('--models', fixtureModel('linear'), '--against', fixtureModel('linear'));
    expect(code).toBe(1);
    expect(report.damaged).toMatchObject([{ why: expect.stringContaining('no decision') }]);
    expect(report.records.identical).toBe(4);
    const read = await cli('records', records);
    expect(read).toMatchObject({ code: 1, stderr: expect.stringContaining('1 damaged place') });
    const explained = await cli('explain', records, '--decision-id', '0123abcd-2');
    expect(explained.code).toBe(1);
    expect(explained.stderr).toContain('1 place in the files is damaged');
  });

  it.each(['--json', '--html', '--records'])('ends with 3 where the file of %s can not be written', async (option) => {
    await record(fixtureModel('linear'), { rows: 5 });
    const path = join(folder, 'none', 'report');
    const ended = await cli('replay', records, '--models', fixtureModel('linear'), option, path);
    const stderr = `${path} can't be written: there is no such file or directory\n`;
    expect(ended).toMatchObject({ code: 3, stdout: '', stderr });
  });

  it('refuses wrong use with 2', async () => {
    await record(fixtureModel('linear'), { rows: 5 });
    expect((await cli('replay', records)).code).toBe(2);
    for (const [path, reason] of [
      [join(folder, 'nowhere'), 'no such file or directory'],
      [folder, 'no files of records'],
    ] as const) {
      for (const command of [
        ['replay', path, '--models', fixtureModel('linear')],
        ['explain', path, '--id', 'x'],
      ]) {
        const refused = await cli(...command);
        expect(refused.code).toBe(2);
        expect(refused.stderr).toContain('FILES: expected');
        expect(refused.stderr).toContain(path);
        expect(refused.stderr).toContain(reason);
        expect(refused.stderr).toContain('give the directory that recordDecisions writes to');
      }
    }
    expect((await cli('replay', records, '--models', folder)).code).toBe(2);
    expect((await cli('replay', records, '--models', bundled, '--tolerance', '-1')).code).toBe(2);
    const alone = await cli('replay', records, '--models', fixtureModel('linear'), '--policy', 'recorded');
    expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining('--policy: expected --against') });
    const file = await recordsFile();
    const before = await readFile(file);
    expect((await cli('replay', file, '--models', fixtureModel('linear'), '--json', file)).code).toBe(2);
    expect((await cli('replay', '--json', `${file}.fsr`, file, '--models', fixtureModel('linear'))).code).toBe(2);
    expect((await readFile(file)).equals(before)).toBe(true);
    const { code, stderr } = await cli('replay', records, '--models', bundled, '--against', fixtureModel('int64'));
    expect(code).toBe(2);
    expect(stderr).toContain('--against');
    expect(stderr).toContain('codes');
  });
});

function positive(features: Record<string, unknown[]>): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(features).map(([name, values]) => [name, values.map((value) => Math.abs(Number(value)) / 4)]),
  );
}

describe('replay --against', () => {
  it('says what another model would have decided, in money and by labels', async () => {
    await record(fixtureModel('linear'), {
      rows: 200,
      fields: { '/amount': 'keep' },
      options: { policy: { reviewProbability: 0.4 } },
      after: (scorer) => {
        for (let row = 0; row < 100; row += 1) scorer.recordOutcome({ id: `tx-${row}`, isFraud: row % 4 !== 0 });
        for (let row = 0; row < 100; row += 1) scorer.recordOutcome({ id: `tx-${row}`, isFraud: row % 4 === 0 });
      },
    });
    const html = join(folder, 'report.html');
    const { code, report } = await replay(
      '--models',
      fixtureModel('linear'),
      '--against',
      fixtureModel('linear-off'),
      '--html',
      html,
    );
    expect(code).toBe(0);
    const { against } = report;
    expect(against).not.toBeNull();
    const count = (matrix: object): number =>
      Object.values(matrix).reduce((sum, row) => sum + Object.values(row as object).reduce((a, b) => a + b, 0), 0);
    expect(against?.decisions).toBe(200);
    expect(count(against?.flips ?? {})).toBe(200);
    expect(count(against?.amounts?.flips ?? {})).toBeCloseTo(200 * 10 + (199 * 200) / 2);
    expect(against?.labels).toMatchObject({ decisions: 100, frauds: 25 });
    const { recorded } = against?.labels ?? {};
    expect((recorded?.truePositives ?? 0) + (recorded?.falseNegatives ?? 0)).toBe(25);
    expect(against?.scoreDifference?.max).toBeGreaterThan(0);
    const page = await readFile(html, 'utf8');
    expect(page).toContain('<svg');
    expect(page).toContain('By labels');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it('decides as recorded where the model and the policy are the same', async () => {
    await record(bundled, { rows: 150, options: { policy: { reviewProbability: 0.01 } } });
    const { report } = await replay('--models', bundled, '--against', bundled, '--policy', 'recorded');
    expect(report.against).toMatchObject({ decisions: 150, flipped: 0, scoreDifference: { min: 0, max: 0 } });
  });
});

describe('explain', () => {
  it.each(['binary', 'ndjson'] as const)(
    'computes the reasons that the scorer would have given (%s)',
    async (format) => {
      const inputs = await inputsOf(bundled);
      await record(bundled, { format, rows: 60 });
      const keyFile = join(folder, 'key');
      await writeFile(keyFile, `${recordsKey}\n`);
      const { code, stdout } = await cli(
        'explain',
        records,
        '--id',
        'tx-41',
        '--key-file',
        keyFile,
        '--models',
        bundled,
        '--json',
      );
      expect(code).toBe(0);
      const { decisions } = JSON.parse(stdout);
      await using scorer = await FraudScorer.create({ model: bundled, providers: ['cpu'], workers: 1 });
      const request = { id: 'tx-41', features: featuresOf(inputs, 41) };
      const result = await scorer.score(request as never, { explain: true });
      if (result.source !== 'model') throw new Error('no score');
      expect(decisions).toHaveLength(1);
      expect(decisions[0]).toMatchObject({ reasonsFrom: 'computed', decision: { decision: result.decision } });
      expect(decisions[0].decision.features).toBeUndefined();
      expect(decisions[0].reasons.map(({ feature }: { feature: string }) => feature)).toEqual(
        result.reasons?.map(({ feature }) => feature),
      );
      const byDecision = await cli(
        'explain',
        records,
        '--decision-id',
        decisions[0].decision.decisionId,
        '--models',
        bundled,
      );
      expect(byDecision.code).toBe(0);
      expect(byDecision.stdout).toContain('computed from the recorded features');
      expect(byDecision.stdout).toMatch(/Of the graph: logits -?[\d.]+, -?[\d.]+\n/);
    },
  );

  it('prints recorded reasons without a model, and says that a key is needed', async () => {
    await record(fixtureModel('linear'), {
      rows: 20,
      options: { explain: 'review', policy: { reviewProbability: 0 } },
    });
    const found = await cli('explain', records, '--decision-id', '0123abcd-4');
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('as recorded');
    expect(found.stdout).toMatch(/is above reviewProbability/);
    const { code, stderr } = await cli('explain', records, '--id', 'tx-4');
    expect(code).toBe(1);
    expect(stderr).toContain('--key-file');
    expect((await cli('explain', records)).code).toBe(2);
  });
});
