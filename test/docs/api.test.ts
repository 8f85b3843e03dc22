import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../../docs/.vitepress/api.js';
import { entryPoints } from '../../docs/.vitepress/entry-points.js';
import { projectPath } from '../support/paths.js';

describe('the API reference', () => {
  it('has every subpath that hosts import with types', () => {
    const { exports } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'));
    const typed = Object.keys(exports).filter((subpath) => exports[subpath].import?.types !== undefined);
    expect(typed.length).toBeGreaterThan(4);
    expect(entryPoints().map(({ specifier }) => specifier)).toEqual(
      typed.map((subpath) => subpath.replace('.', 'fraud-scorer')),
    );
  });

  it('finds a docstring on every exported name and every method, and no link that leads nowhere', async () => {
    expect(await describeApi({ write: false })).toEqual([]);
  });
});
