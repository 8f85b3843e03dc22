import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The reference model that comes with the package: beside `dist` in the published package, beside `src` in its sources. */
export function bundledModelDirectory(): string {
  const published = fileURLToPath(new URL('../models/visa-fraud/1/', import.meta.url));
  const ofSources = fileURLToPath(new URL('../../models/visa-fraud/1/', import.meta.url));
  return existsSync(ofSources) && !existsSync(published) ? ofSources : published;
}
