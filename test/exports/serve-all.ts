/**
 * Adopts each of the fixtures with the built package, scores its rows by feature name, alone and in company, and prints
 * what is not as `expected.json` has it. Exit 1 where there is any.
 *
 *   npm run build && npx tsx test/exports/serve-all.ts [NAME …]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ExportFixture, exportNames, type NamedRow, readExport } from '../support/export-fixtures.js';
import { projectPath } from '../support/paths.js';

/** The part of the built package that this needs, with requests that name their features. */
interface NamedScorer {
  score(request: { features: NamedRow }): Promise<{ fraudProbability?: number }>;
  scoreMany(requests: readonly { features: NamedRow }[]): Promise<{ value?: { fraudProbability?: number } }[]>;
  close(): Promise<void>;
}

interface BuiltPackage {
  FraudScorer: { create(options: { model: string; workers: number; providers: string[] }): Promise<NamedScorer> };
}

const run = promisify(execFile);
const TOLERANCE = 1e-5;
const { FraudScorer }: BuiltPackage = await import(projectPath('dist/index.js'));

/** @returns what is wrong, or null */
async function problemOf(fixture: ExportFixture, folder: string): Promise<string | null> {
  const { name, expected, rows, rowsWithMissing } = fixture;
  const out = join(folder, name);
  const file = join(fixture.folder, 'model.onnx');
  const adopted = await run(process.execPath, [
    projectPath('dist/cli.js'),
    'adopt',
    file,
    '--out',
    out,
    ...expected.adopt,
  ]).then(
    () => null,
    (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-300),
  );
  if (expected.form === null) return adopted === null ? 'adopted, but it can’t be served as it is' : null;
  if (adopted !== null) return `adopt: ${adopted}`;
  addToManifest(join(out, 'model.json'), expected.furtherManifest);
  const scorer = await FraudScorer.create({ model: out, workers: 1, providers: ['cpu'] });
  try {
    const wanted = [expected.expected.rows, expected.expected.rowsWithMissing].flatMap((part) => part?.runtime ?? []);
    const requests = [...rows, ...rowsWithMissing].map((features) => ({ features }));
    return await compare(scorer, requests, wanted);
  } finally {
    await scorer.close();
  }
}

async function compare(scorer: NamedScorer, requests: { features: NamedRow }[], wanted: number[]) {
  const alone: (number | undefined)[] = [];
  for (const request of requests) alone.push((await scorer.score(request)).fraudProbability);
  const together = (await scorer.scoreMany(requests)).map(({ value }) => value?.fraudProbability);
  for (const [how, scores] of Object.entries({ alone, together })) {
    const differences = wanted.map((score, row) => Math.abs(score - (scores[row] ?? Number.NaN)));
    const apart = differences.filter((difference) => !(difference <= TOLERANCE));
    if (apart.length > 0)
      return `${how}: ${apart.length} of ${wanted.length} rows apart, by up to ${Math.max(...apart)}`;
  }
  return null;
}

function addToManifest(file: string, further: ExportFixture['expected']['furtherManifest']): void {
  const manifest: { inputs: { name: string }[] } = JSON.parse(readFileSync(file, 'utf8'));
  const inputs = manifest.inputs.map((input) => ({ ...input, ...further[input.name] }));
  writeFileSync(file, JSON.stringify({ ...manifest, inputs }));
}

const names = process.argv.length > 2 ? process.argv.slice(2) : exportNames();
const folder = mkdtempSync(join(tmpdir(), 'exports-'));
let wrong = 0;
try {
  for (const name of names) {
    const problem = await problemOf(readExport(name), folder).catch((error: unknown) => `${error}`);
    if (problem !== null) wrong += 1;
    console.log(`${name}: ${problem ?? 'as expected'}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${names.length - wrong} of ${names.length} as expected`);
process.exitCode = wrong > 0 ? 1 : 0;
