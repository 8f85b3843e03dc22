import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from './paths.js';

/** A row by feature name, as a host would send it. */
export type NamedRow = Record<string, number | string | null>;

/** What library and runtime make of the rows in order; the library's scores are null where it refuses such rows. */
export interface ExpectedScores {
  library: readonly number[] | null;
  runtime: readonly number[];
  /** What the graph answers itself, where the score is made of it (a logit, an anomaly score). */
  raw?: readonly number[];
  agreement: Agreement | null;
  /** Rows in one run against each alone; null where the graph takes one row only. */
  inOneBatch: Agreement | null;
}

export interface Agreement {
  rows: number;
  largestDifference: number | null;
  /** Rows that are more than 1e-5 apart. */
  rowsApart: number;
  rowsWithoutScore: number;
}

/** The form of the model's output; null where the graph can't be served as it is. */
export type OutputForm = 'probabilities' | 'probability' | 'logits' | 'logit' | 'score' | null;

interface DeclaredValue {
  name: string;
  type: string;
  shape?: readonly (number | string | null)[];
}

/** `expected.json` of a folder of `test/exports/fixtures`. */
export interface ExpectedExport {
  about: string;
  exporter: string;
  versions: Readonly<Record<string, string>>;
  inputs: readonly { name: string; type: string; features: readonly string[]; shape: readonly number[] }[];
  declared: { inputs: readonly DeclaredValue[]; outputs: readonly DeclaredValue[] };
  form: OutputForm;
  classes: readonly (number | string)[] | null;
  fraudClass: number | string | null;
  /** Arguments of `fraud-scorer adopt`, beside the file and `--out`. */
  adopt: readonly string[];
  /** What the manifest needs further, by input name. */
  furtherManifest: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  differs: string | null;
  expected: { rows: ExpectedScores; rowsWithMissing?: ExpectedScores };
}

export interface ExportFixture {
  name: string;
  folder: string;
  expected: ExpectedExport;
  rows: readonly NamedRow[];
  /** Rows that lack values, where the model takes such. */
  rowsWithMissing: readonly NamedRow[];
}

export const exportFixtures = projectPath('test/exports/fixtures');

/** The folders, as `manifest.json` lists them. */
export function exportNames(): string[] {
  const manifest: Record<string, unknown> = readJson(join(exportFixtures, 'manifest.json'));
  return Object.keys(manifest);
}

export function readExport(name: string): ExportFixture {
  const folder = join(exportFixtures, name);
  const given: { rows: NamedRow[]; rowsWithMissing?: NamedRow[] } = readJson(join(folder, 'rows.json'));
  const expected: ExpectedExport = readJson(join(folder, 'expected.json'));
  return { name, folder, expected, rows: given.rows, rowsWithMissing: given.rowsWithMissing ?? [] };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'));
}
