import { readFileSync } from 'node:fs';
import { packageJson } from '../packaged-files.js';

/** Reads this package's `package.json`. */
export function packageManifest(): { version: string; engines: { node: string } } {
  return JSON.parse(readFileSync(packageJson(), 'utf8'));
}
