import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Environment } from '../environment.js';
import type { Settings } from '../settings.js';
import type { Result } from './result.js';
import { writeJson } from './write-json.js';

/** A scenario's result with what it was taken on. */
export interface RecordedResult extends Result {
  scenario: string;
  title: string;
  takenAt: string;
  seconds: number;
  environment: Environment;
  settings: Settings;
}

export interface ResultFile {
  format: 1;
  results: readonly RecordedResult[];
}

/**
 * A file with a scenario's result in the place of its former one.
 *
 * @param order the scenarios' names, as they are reported.
 */
export function merged(file: ResultFile, result: RecordedResult, order: readonly string[]): ResultFile {
  const results = [...file.results.filter(({ scenario }) => scenario !== result.scenario), result];
  const rank = ({ scenario }: RecordedResult): number => {
    const index = order.indexOf(scenario);
    return index < 0 ? order.length : index;
  };
  return { format: 1, results: results.sort((a, b) => rank(a) - rank(b)) };
}

/** An empty one where there is none. @throws {Error} where it is something else. */
export async function readResultFile(path: string): Promise<ResultFile> {
  if (!existsSync(path)) return { format: 1, results: [] };
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (isResultFile(json)) return json;
  throw new Error(`${path}: expected results of format 1, received something else; move it away`);
}

export function writeResultFile(path: string, file: ResultFile): Promise<void> {
  return writeJson(path, file);
}

function isResultFile(json: unknown): json is ResultFile {
  return (
    typeof json === 'object' &&
    json !== null &&
    'format' in json &&
    json.format === 1 &&
    'results' in json &&
    Array.isArray(json.results)
  );
}
