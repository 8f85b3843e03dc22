import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Of this package's `package.json`: beside `dist` where it is published, two folders up in the sources. */
export function packageManifest(): { version: string; engines: { node: string } } {
  const published = new URL('../package.json', import.meta.url);
  const url = existsSync(fileURLToPath(published)) ? published : new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}
