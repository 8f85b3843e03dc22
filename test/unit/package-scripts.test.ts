import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

/** What a POSIX shell understands and cmd.exe does not, each with what to write in its place. */
const posixOnly: readonly (readonly [pattern: RegExp, cure: string])[] = [
  [/(^|&&|\|\||\||;)\s*exec\s/, 'no exec: let the command run below the shell'],
  [/(^|&&|\|\||\||;)\s*cd\s/, 'no cd: pass the path to the command'],
  [/(^|&&|\|\||\||;)\s*[A-Za-z_]\w*=/, 'no VAR=value before a command: set it inside of the program'],
  [/'/, 'no single quotes: double ones, escaped in JSON'],
  [/\$[A-Za-z_{(]/, 'no $VAR and no $(command): read the environment inside of the program'],
  [/`/, 'no backquotes'],
  [/;/, 'no semicolon: && or a script of its own'],
  [
    /(^|\s)(rm|cp|mv|mkdir|cat|touch|grep|sed|test|true|export|sh|bash|source)(\s|$)/,
    'no command of POSIX: a Node.js script',
  ],
  [/(^|[^&])&($|[^&])/, 'no command in the background'],
  [/\.\/node_modules\/|(^|\s)\.\//, 'no ./program: the name of a bin, or node and a path'],
  [/\/dev\/|\s~\//, 'no path that only POSIX has'],
  [/\*/, 'no wildcard: cmd.exe leaves it as it is'],
];

function problemsOf(script: string): string[] {
  return posixOnly.filter(([pattern]) => pattern.test(script)).map(([, cure]) => cure);
}

describe("the project's npm scripts", () => {
  const manifests = ['package.json'];

  it.each(manifests)('run under cmd.exe too: %s', (file) => {
    const { scripts } = JSON.parse(readFileSync(projectPath(file), 'utf8'));
    const found = Object.entries<string>(scripts).flatMap(([name, script]) =>
      problemsOf(script).map((problem) => `${name}: ${problem}`),
    );
    expect(Object.keys(scripts).length).toBeGreaterThan(10);
    expect(found).toEqual([]);
  });
});

describe('the check of scripts', () => {
  it.each([
    'exec node main.ts',
    'npm run build && exec node main.ts',
    'cd examples && node main.ts',
    'CI=1 vitest run',
    'tsc && NODE_ENV=test vitest',
    "node --eval 'process.exit()'",
    'node $HOME/x.js',
    'node $(pwd)/x.js',
    'rm -rf dist',
    'tsc && cp a b',
    'node server.js & node client.js',
    'a; b',
    './run.sh',
    'node server.js > /dev/null',
    'biome check src/*.ts',
  ])('refuses what cmd.exe does not understand: %s', (script) => {
    expect(problemsOf(script)).not.toEqual([]);
  });

  it.each([
    'tsc -p tsconfig.json && tsc -p examples/tsconfig.json',
    'node --import tsx test/chaos/main.ts',
    'npm run --silent build -- --no-dts --silent',
    'vitest run --config vitest.package.config.ts',
    'node --eval "process.exit()"',
    'attw --pack . --profile node16 --exclude-entrypoints worker tool-worker records-worker',
  ])('takes what both shells understand: %s', (script) => {
    expect(problemsOf(script)).toEqual([]);
  });

  it('finds a POSIX form wherever it stands in a chain', () => {
    const plain = fc.constantFrom('tsc', 'node main.js', 'biome ci .');
    const bad = fc.constantFrom('exec node x.js', 'cd x', 'A=1 node x.js', 'rm x', "node -e 'x'");
    fc.assert(
      fc.property(fc.array(plain), bad, fc.array(plain), (before, middle, after) => {
        expect(problemsOf([...before, middle, ...after].join(' && '))).not.toEqual([]);
      }),
    );
  });
});
