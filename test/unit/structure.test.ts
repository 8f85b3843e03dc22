import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

const root = projectPath('.');

interface Source {
  path: string;
  lines: number;
  imports: string[];
}

function sourcesOf(directory: string): Source[] {
  const entries = readdirSync(join(root, directory), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => {
      const path = slashed(relative(root, join(entry.parentPath, entry.name)));
      const text = readFileSync(join(root, path), 'utf8');
      const imports = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
        slashed(normalize(join(dirname(path), match[1] ?? ''))),
      );
      return { path, lines: text.split('\n').length - 1, imports };
    });
}

/** A path as this file compares it: on Windows it comes with backslashes. */
function slashed(path: string): string {
  return path.replaceAll(sep, '/');
}

/** The folder of `src` that a file is in, or the file itself where it is in none. */
function folderOf(path: string): string {
  const [, folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? folder.replace(/\.[jt]s$/, '') : folder;
}

/** @returns one way round, or null where there is none. */
function cycleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== null) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

describe('The sources', () => {
  it('have no import cycle between the folders of src', () => {
    const edges = new Map<string, Set<string>>();
    for (const { path, imports } of sourcesOf('src')) {
      const from = folderOf(path);
      for (const target of imports) {
        if (folderOf(target) !== from) edges.set(from, (edges.get(from) ?? new Set()).add(folderOf(target)));
      }
    }
    expect(edges.size).toBeGreaterThan(10);
    expect(cycleIn(edges)).toBeNull();
  });

  it('have no file of more than 250 lines, except tables of types and generated code', () => {
    const long = [...sourcesOf('src'), ...sourcesOf('workers')].filter(({ lines }) => lines > 250);
    const tables = ['src/api/', 'src/protocol/', 'src/models/adopt/onnx_pb.ts'];
    expect(long.map(({ path }) => path).filter((path) => !tables.some((table) => path.startsWith(table)))).toEqual([]);
  });

  it('let workers import from src only protocol, public types and failure reports', () => {
    const allowed =
      /^src\/(protocol\/|api\/|records\/(format\/|ring\/|protocol\.js$)|errors\/issue\.js$|host\/(faults|shortage|memory-limits|thrown)\.js$)/;
    const imports = sourcesOf('workers').flatMap(({ imports }) => imports.filter((path) => path.startsWith('src/')));
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.filter((path) => !allowed.test(path))).toEqual([]);
  });
});
