import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

/** The built types of an entry: which names it declares, which it exports, and which of its own names each declaration mentions. */
async function declarationsOf(entry: string): Promise<{ exported: Set<string>; mentions: Map<string, Set<string>> }> {
  const path = projectPath(`dist/${entry}.d.ts`);
  const file = ts.createSourceFile(path, await readFile(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const exported = new Set<string>();
  const mentions = new Map<string, Set<string>>();
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (clause !== undefined && ts.isNamedExports(clause)) {
        for (const { name, propertyName } of clause.elements) exported.add((propertyName ?? name).text);
      }
      continue;
    }
    for (const name of namesOf(statement)) {
      const seen = mentions.get(name) ?? new Set<string>();
      addIdentifiers(statement, seen);
      mentions.set(name, seen);
    }
  }
  return { exported, mentions };
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const isNamed =
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isFunctionDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

/** Every name that a declaration uses as a type, as a value in `typeof`, or as what it extends or implements. */
function addIdentifiers(node: ts.Node, to: Set<string>): void {
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) to.add(node.typeName.text);
  if (ts.isTypeQueryNode(node) && ts.isIdentifier(node.exprName)) to.add(node.exprName.text);
  if (ts.isExpressionWithTypeArguments(node) && ts.isIdentifier(node.expression)) to.add(node.expression.text);
  ts.forEachChild(node, (child) => addIdentifiers(child, to));
}

describe.each(['express', 'fastify', 'http', 'index', 'opentelemetry', 'prometheus', 'reference'])(
  'the built types of %s',
  (entry) => {
    it('export every type that an exported one mentions, so that hosts can name it', async () => {
      const { exported, mentions } = await declarationsOf(entry);
      expect(exported.size).toBeGreaterThan(5);
      const hidden = [...exported].flatMap((name) =>
        [...(mentions.get(name) ?? [])]
          .filter((mentioned) => mentions.has(mentioned) && !exported.has(mentioned))
          .map((mentioned) => `${name} mentions ${mentioned}`),
      );
      expect(hidden).toEqual([]);
    });
  },
);
