import { relative } from 'node:path';

/** A path as a person at this terminal would write it. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  return fromHere.length < path.length ? fromHere : path;
}
