import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as shared from '../../../src/integrations/http/shared.js';
import { projectPath } from '../../support/paths.js';

const folders = ['express', 'fastify', 'nestjs'];

/** The values, types apart, that a source imports from the folder of the routes. */
function valuesFromRoutes(source: string): string[] {
  const imports = [...source.matchAll(/^import \{([^}]*)\} from '\.\.\/http\/[\w-]+\.js';$/gm)];
  return imports
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}

it.each(folders)('the file that all subpaths share has every value of the routes that %s imports', (folder) => {
  const path = projectPath(`src/integrations/${folder}`);
  const values = readdirSync(path).flatMap((file) => valuesFromRoutes(readFileSync(join(path, file), 'utf8')));
  expect(values.length).toBeGreaterThan(2);
  expect(values.filter((name) => !(name in shared))).toEqual([]);
});
