import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demonstrationManifest } from '../packaged-files.js';

/**
 * The directory of the demonstration model that comes with the package.
 *
 * @throws {TypeError} where this package was bundled into a CommonJS file, which does not know where it lies.
 */
export function bundledModelDirectory(): string {
  return dirname(fileURLToPath(demonstrationManifest()));
}
