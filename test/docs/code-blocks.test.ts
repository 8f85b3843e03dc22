import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { type CodeBlock, codeBlocksOf, pages, planned } from './pages.js';
import { isExported, ownImportsOf, typeErrorsOf } from './type-check.js';

const run = promisify(execFile);

/** Checked elsewhere or by eye: recipes in Python by test/exports/check_recipes.py. */
const otherLanguages = new Set(['', 'dockerfile', 'promql', 'python', 'text', 'yaml']);
const typed = new Set(['ts', 'js']);
const shells = new Set(['sh', 'bash']);

const blocks = pages.flatMap(codeBlocksOf);
const place = ({ page, line }: CodeBlock): string => `${page}:${line}`;
const isPlanned = (specifier: string): boolean => planned.subpaths.includes(specifier) && !isExported(specifier);

/** Commands of a block for a shell, a line each, without comments. */
function commandsOf({ code }: CodeBlock): string[] {
  return code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => line.replace(/(^|\s)#.*/, '').split(/&&|\|\||\||;/))
    .map((command) => command.trim().replace(/^(\$ )?([A-Z_]+=\S+ )*/, ''))
    .filter((command) => command !== '');
}

describe('the blocks of code of the documentation', () => {
  it('are in a language that is checked here, or known', () => {
    const unknown = blocks.filter(
      ({ language }) => ![...otherLanguages, ...typed, ...shells, 'json', 'jsonc'].includes(language),
    );
    expect(unknown.map((block) => `${place(block)} ${block.language}`)).toEqual([]);
  });

  it('compile against the built package, where they are TypeScript or JavaScript', () => {
    const checked = blocks.filter(
      ({ language, code, file, runBy }) =>
        typed.has(language) && file === null && runBy === null && !ownImportsOf(code).some(isPlanned),
    );
    expect(checked.length).toBeGreaterThan(20);
    expect(typeErrorsOf(checked)).toEqual([]);
  });

  it('are found wrong where they do not compile', () => {
    const block = {
      page: 'x.md',
      line: 7,
      language: 'js',
      given: 'declare const amount: string;',
      file: null,
      runBy: null,
    };
    expect(typeErrorsOf([{ ...block, code: 'await scorer.score({ features });\nscorer.scores(amount);' }])).toEqual([
      expect.stringContaining("x.md:8: Property 'scores' does not exist"),
    ]);
    const code = "import { noSuchName } from 'fraud-scorer';";
    expect(typeErrorsOf([{ ...block, code }])).toEqual([expect.stringContaining('x.md:7: ')]);
  });

  it('name the test that runs them, where they are not compiled for that', () => {
    const named = blocks.flatMap(({ runBy }) => (runBy === null ? [] : [runBy]));
    expect(named.length).toBeGreaterThan(0);
    expect([...new Set(named)].filter((test) => !existsSync(projectPath(test)))).toEqual([]);
  });

  it.each(blocks.flatMap((block) => (block.file === null ? [] : [{ ...block, file: block.file }])))(
    'show a file as it is: $file, in $page',
    ({ code, file }) => {
      expect(readFileSync(projectPath(file), 'utf8')).toBe(code);
    },
  );

  it('parse, where they are JSON', () => {
    const json = blocks.filter(({ language }) => language === 'json' || language === 'jsonc');
    expect(json.length).toBeGreaterThan(2);
    const broken = json.filter((block) =>
      block.language === 'json'
        ? !isJson(block.code)
        : ts.parseConfigFileTextToJson('block.jsonc', block.code).error !== undefined,
    );
    expect(broken.map(place)).toEqual([]);
  });

  it('run scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'));
    const named = shellCommands().flatMap(({ at, command }) => {
      const script = /^npm (?:run (?:--silent )?([\w:-]+)|(start|test))\b/
        .exec(command)
        ?.slice(1)
        .find((name) => name !== undefined);
      return script === undefined ? [] : [{ at, script }];
    });
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it('call the command by commands and options that it has', async () => {
    const calls = shellCommands().filter(({ command }) => command.startsWith('npx fraud-scorer '));
    expect(calls.length).toBeGreaterThan(4);
    for (const { at, command } of calls) {
      const [name = '', ...words] = command.replace('npx fraud-scorer ', '').split(/\s+/);
      const names = families.has(name) && words[0] !== undefined ? [name, words[0]] : [name];
      const { stdout } = await run(process.execPath, ['dist/cli.js', ...names, '--help'], { cwd: projectPath('.') });
      expect(stdout, `${at}: ${name}`).toContain(`fraud-scorer ${names.join(' ')}`);
      for (const option of words.filter((word) => word.startsWith('--'))) {
        expect(stdout, `${at}: ${option}`).toMatch(new RegExp(`${option.split('=')[0]}\\b`));
      }
    }
  });
});

/** Commands that have commands of their own. */
const families: ReadonlySet<string> = new Set(['fleet']);

function shellCommands(): { at: string; command: string }[] {
  return blocks
    .filter(({ language }) => shells.has(language))
    .flatMap((block) => commandsOf(block).map((command) => ({ at: place(block), command })));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
