import { nearestName } from '../../validation/nearest-name.js';
import type { WantedColumn } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';

/** The most columns that an error lists. The rest are counted. */
const maxListed = 5;

/**
 * The index of each wanted column in a header.
 *
 * @throws {ScoreFileError} if one is missing (with the most similar name), or occurs twice.
 */
export function findColumns(path: string, header: readonly string[], wanted: readonly WantedColumn[]): number[] {
  const names = header.map((name) => name.trim());
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [place, name] of names.entries()) {
    if (places.has(name)) repeated.add(name);
    else places.set(name, place);
  }
  const missing = wanted.filter(({ name }) => !places.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    const known = wanted.map(({ name }) => name);
    throw new ScoreFileError(missingColumns(path, missing, names, known));
  }
  const twice = wanted.find(({ name }) => repeated.has(name));
  if (twice !== undefined) throw new ScoreFileError(`${path}: two columns are called ${quoted(twice.name)}`);
  return wanted.map(({ name }) => places.get(name) ?? -1);
}

/** @param names the names in the file. @param wanted the names of all wanted columns. */
export function missingColumns(
  path: string,
  missing: readonly string[],
  names: readonly string[],
  wanted: readonly string[],
): string {
  const known = new Set(wanted);
  // A name that is wanted itself is not a misspelt one.
  const others = names.filter((name) => !known.has(name));
  const listed = missing.slice(0, maxListed).map((name) => {
    const nearest = nearestName(name, others);
    return nearest === null ? quoted(name) : `${quoted(name)} (the nearest is ${quoted(nearest)})`;
  });
  if (missing.length > maxListed) listed.push(`and ${missing.length - maxListed} more`);
  const what = missing.length === 1 ? 'there is no column' : 'there are no columns';
  return `${path}: ${what} ${listed.join(', ')}`;
}

/** For names of the model, of options and of columns only. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
