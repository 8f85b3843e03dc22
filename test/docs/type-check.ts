import { createRequire } from 'node:module';
import ts from 'typescript';
import { projectPath } from '../support/paths.js';
import type { CodeBlock } from './pages.js';

/** JavaScript has no types to declare: that a parameter has none is no fault there. */
const faultsOfTypeScriptAlone = new Set([7005, 7006, 7019, 7031, 7034, 7053]);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
};

/**
 * Type-checks blocks of TypeScript and JavaScript, each as a module of its own in the project's root, where the package's own name leads to
 * what was built.
 *
 * @returns what is wrong, each with the page and line.
 */
export function typeErrorsOf(blocks: readonly CodeBlock[]): string[] {
  const sources = new Map(blocks.map((block, index) => [nameOf(block, index), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const textOf = (name: string): string | undefined => {
    const block = sources.get(name);
    return block === undefined ? undefined : `${block.code}\nexport {};\n${block.given}\n`;
  };
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => textOf(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = textOf(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version, true);
  };
  const program = ts.createProgram([...sources.keys(), projectPath('test/docs/given.d.ts')], options, host);
  return [...sources].flatMap(([name, block]) => {
    const file = program.getSourceFile(name);
    if (file === undefined) throw new Error(`${name} was not read`);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      .filter(({ code }) => block.language === 'ts' || !faultsOfTypeScriptAlone.has(code))
      .map(({ start = 0, messageText }) => {
        const line = block.line + file.getLineAndCharacterOfPosition(start).line;
        return `${block.page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      });
  });
}

function nameOf({ code }: CodeBlock, index: number): string {
  const isCommonJs = /\brequire\(/.test(code) && !/^import /m.test(code);
  return projectPath(`block-${index}.${isCommonJs ? 'cts' : 'ts'}`);
}

/** The subpaths of the package that a block imports. */
export function ownImportsOf(code: string): string[] {
  return [...code.matchAll(/['"](fraud-scorer\/[a-z-]+)['"]/g)].map(([, name = '']) => name);
}

/** Whether the package has this subpath. */
export function isExported(specifier: string): boolean {
  const { exports } = createRequire(import.meta.url)('../../package.json') as { exports: Record<string, unknown> };
  return Object.hasOwn(exports, specifier.replace('fraud-scorer', '.'));
}
