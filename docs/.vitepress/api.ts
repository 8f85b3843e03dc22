import { Application, type DeclarationReflection, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import { entryPoints } from './entry-points.js';
import { projectRoot } from './project-root.js';

/** What TypeDoc calls a kind of declaration that must have a docstring. */
const mustHaveDocstring = ['Class', 'Enum', 'Function', 'Interface', 'Method', 'TypeAlias', 'Variable'] as const;

const options: TypeDocOptions & Partial<PluginOptions> & Record<string, unknown> = {
  entryPoints: entryPoints().map(({ source }) => `${projectRoot}/${source}`),
  basePath: projectRoot,
  tsconfig: `${projectRoot}/tsconfig.json`,
  plugin: ['typedoc-plugin-markdown'],
  out: `${projectRoot}/docs/api`,
  name: 'API reference',
  readme: 'none',
  // In the order of package.json: the package itself first.
  sortEntryPoints: false,
  // The repository may lie below a path that git does not know.
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  // What a type inherits from Node.js or a library is documented there, and would bury its own members here.
  excludeExternals: true,
  skipErrorChecking: true,
  requiredToBeDocumented: [...mustHaveDocstring],
  validation: { notDocumented: true, notExported: false, invalidLink: true },
  logLevel: 'Warn',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: false,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  enumMembersFormat: 'table',
  typeAliasPropertiesFormat: 'table',
};

/** The warnings of TypeDoc about docstrings that are missing or link nowhere; writes the pages of the reference to `docs/api` where asked to. */
export async function describeApi({ write }: { write: boolean }): Promise<string[]> {
  const app = await Application.bootstrapWithPlugins(options);
  const warnings: string[] = [];
  const { logger } = app;
  logger.log = (message, level) => {
    if (level >= 2) warnings.push(message);
  };
  const project = await app.convert();
  if (project === undefined) throw new Error(`TypeDoc could not read the sources: ${warnings.join('\n')}`);
  app.validate(project);
  if (!write) return warnings;
  nameModules(project.children ?? []);
  await app.generateOutputs(project);
  return warnings;
}

/** TypeDoc calls a module by its source file; a host knows it by what it imports. */
function nameModules(modules: DeclarationReflection[]): void {
  const specifiers = new Map(entryPoints().map(({ source, specifier }) => [moduleNameOf(source), specifier]));
  for (const module of modules) module.name = specifiers.get(module.name) ?? module.name;
}

const moduleNameOf = (source: string): string => source.replace(/\/index\.ts$|\.ts$/, '');
