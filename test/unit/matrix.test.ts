import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../matrix/container/dockerfile.js';
import { nodeLines } from '../matrix/entry.js';
import { table, trials } from '../matrix/table.js';
import { projectPath } from '../support/paths.js';

const read = (path: string): string => readFileSync(projectPath(path), 'utf8');

describe('the matrix', () => {
  it('has a name of its own for each entry, and a project that is there', () => {
    const names = [...table, ...trials].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { project, files = [] } of table) {
      expect(existsSync(projectPath(`test/matrix/projects/${project}`)), project).toBe(true);
      for (const file of files) expect(existsSync(projectPath(file)), file).toBe(true);
    }
  });

  it('uses each project', () => {
    const used = new Set(table.map(({ project }) => project));
    expect(readdirSync(projectPath('test/matrix/projects')).filter((name) => !used.has(name))).toEqual([]);
  });

  it('has an entry in CI on each line of Node.js', () => {
    const lines = new Set([...table, ...trials].map(({ ci }) => ci));
    for (const line of nodeLines) expect(lines).toContain(line);
  });
});

describe.each(['docs/bundlers.md', 'docs/containers.md'])('the code of %s', (guide) => {
  // <!-- file: PATH --> before a block says which file it is.
  const blocks = [...read(guide).matchAll(/^<!-- file: (\S+) -->\n+```\w*\n([\s\S]*?)^```$/gm)];

  it.each(blocks.map(([, file = '', code = '']) => ({ file, code })))('is that of $file', ({ file, code }) => {
    expect(code).toBe(read(file));
  });

  it('is all taken from files', () => {
    expect(blocks.length).toBeGreaterThan(0);
    expect(read(guide).match(/^```(?!sh$)\w+$/gm)).toHaveLength(blocks.length);
  });
});

describe('the Dockerfile of the example', () => {
  const stages = parseDockerfile(read('examples/container/Dockerfile'));
  const copies = stages.flatMap(({ instructions }) =>
    instructions.flatMap((one) => (one.kind === 'copy' ? [one] : [])),
  );

  it('copies files that are there and that .dockerignore lets through', () => {
    const kept = read('examples/container/.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const sources = copies.filter(({ from }) => from === null).flatMap(({ sources: names }) => names);
    for (const source of sources) {
      // Each project makes its own lock file.
      if (source !== 'package-lock.json')
        expect(existsSync(projectPath(`examples/container/${source}`)), source).toBe(true);
      expect(
        kept.some((pattern) => pattern === source || (pattern === '*.mjs' && source.endsWith('.mjs'))),
        source,
      ).toBe(true);
    }
  });

  it('ends as another user than root, without a shell around the service', () => {
    const last = stages.at(-1)?.instructions ?? [];
    expect(last).toContainEqual({ kind: 'user', id: 1000 });
    expect(last.at(-1)).toEqual({ kind: 'command', args: ['node', 'server.mjs'] });
  });
});

describe('the parser of Dockerfiles', () => {
  it('takes comments, empty lines and lines that go on', () => {
    const text = '# a comment\nFROM node AS build\n\nRUN npm ci \\\n  # another\n  --omit=dev\nENV A=1 B=x=y\n';
    expect(parseDockerfile(text)).toEqual([
      {
        image: 'node',
        name: 'build',
        instructions: [
          { kind: 'run', command: 'npm ci --omit=dev' },
          { kind: 'env', values: { A: '1', B: 'x=y' } },
        ],
      },
    ]);
  });

  it.each(['ADD a b', 'USER node', 'COPY --chown=1 a b', 'COPY a', 'CMD node server.mjs', 'ENTRYPOINT ["a"]'])(
    'refuses what it would take wrongly: %s',
    (line) => {
      expect(() => parseDockerfile(`FROM node\n${line}\n`)).toThrow();
    },
  );

  it('reads arguments as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (args) => {
        const [stage] = parseDockerfile(`FROM node\nCMD ${JSON.stringify(args)}\n`);
        expect(stage?.instructions).toEqual([{ kind: 'command', args }]);
      }),
    );
  });
});
