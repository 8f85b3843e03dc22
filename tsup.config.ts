import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { pagePlugin } from './src/dashboard/page-plugin.js';
import { watPlugin } from './workers/serving/kernels/wat-plugin.js';

const shared: Options = {
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: false,
  // What two entries share is a helper or two; the names of chunks change with their contents, and old ones stay.
  splitting: false,
  // Nothing is minified, so names stay as they are; `keepNames` would have every closure pay for its name each time it is made.
};

/** Their names and lines can be read as they are: source maps would be a tenth of the package. */
const program: Options = { sourcemap: false };

const entry = { index: 'src/index.ts', reference: 'models/visa-fraud/reference.ts' };

/** Subpaths that work on a scorer of the host's. */
const subpaths = {
  express: 'src/integrations/express/index.ts',
  fastify: 'src/integrations/fastify/index.ts',
  http: 'src/integrations/http/index.ts',
  nats: 'src/integrations/nats/index.ts',
  nestjs: 'src/integrations/nestjs/index.ts',
  opentelemetry: 'src/integrations/opentelemetry/index.ts',
  prometheus: 'src/integrations/prometheus/index.ts',
  records: 'src/records/index.ts',
};

/** What several subpaths load: not a subpath itself. */
const sharedBySubpaths = { 'http-shared': 'src/integrations/http/shared.ts' };

/** Subpaths for the tests of hosts. */
const forTests = { testing: 'src/testing/index.ts' };

/** A few kilobytes of it are used: not worth a dependency of every host. */
const carriedByAll = ['@bufbuild/protobuf'];

/**
 * Carried in the package itself: they are ES modules only, which Node.js 22 before 22.12 can't `require`, and they call `queueMicrotask`
 * through the global object, where fake timers (Jest's, Sinon's) replace it.
 */
const carried = ['p-queue', 'p-timeout'];
const ownGlobals: Options = { noExternal: [...carriedByAll, ...carried], inject: ['src/host/global-names.ts'] };

/** What the command line alone needs: few production dependencies matter more to hosts than a few kilobytes. */
const carriedByCli = [
  'commander',
  'cli-table3',
  'string-width',
  'strip-ansi',
  'ansi-regex',
  'emoji-regex',
  'is-fullwidth-code-point',
  'csv-parse',
  'csv-stringify',
  'cli-progress',
  'eventsource-parser',
  // The terminal's live view, and what it needs.
  'log-update',
  'ansi-escapes',
  'ansi-styles',
  'cli-cursor',
  'environment',
  'get-east-asian-width',
  'mimic-function',
  'onetime',
  'restore-cursor',
  'signal-exit',
  'slice-ansi',
  'wrap-ansi',
];

/** What draws the report's charts. */
const carriedByCharts = ['echarts', 'zrender', 'tslib'];

/** What `adopt` needs to read the header of a table. */
const carriedByAdopt = ['csv-parse'];

/** The messages of `fraud-scorer/nats` that have no fixed form are written with it. */
const carriedByNats = ['@msgpack/msgpack'];

/** The live page draws with it. */
const carriedByPage = ['uplot'];

const esm: Options = { ...shared, ...ownGlobals, entry, format: ['esm'] };

/** The classes of errors, and that of the scorer, are those of the root, which a host that has a scorer has loaded. */
const rootClassesPlugin = (root: string): NonNullable<Options['esbuildPlugins']>[number] => ({
  name: 'root-classes',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/(errors|fraud-scorer)\.js$/ }, () => ({ path: root, external: true }));
  },
});

/** The routes over HTTP are in one file, which `fraud-scorer/http` and the adapters load. @param file beside theirs. */
const sharedHttpPlugin = (file: string): NonNullable<Options['esbuildPlugins']>[number] => ({
  name: 'shared-http',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.?\/[\w/-]+\.js$/ }, ({ importer, path }) => {
      // The last folder of this name: the project may lie below another.
      const from = /.*[\\/]integrations[\\/](\w+)[\\/](.*)$/.exec(importer);
      const isOwn = from?.[1] === 'http' && from[2] === 'index.ts';
      const isAdapters = from !== null && from[1] !== 'http' && path.startsWith('../http/');
      return isOwn || isAdapters ? { path: file, external: true } : null;
    });
  },
});

/** In CommonJS form a file finds others by `__dirname`. */
const packagedFilesPlugin: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'packaged-files',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/packaged-files\.js$/ }, ({ resolveDir, path }) => ({
      path: join(resolveDir, path.replace(/\.js$/, '.cjs.ts')),
    }));
  },
};

const subpathGlobals: Options = { ...ownGlobals, noExternal: [...carriedByAll, ...carried, ...carriedByNats] };

const esmSubpaths: Options = {
  ...shared,
  ...program,
  ...subpathGlobals,
  entry: { ...subpaths, ...sharedBySubpaths },
  format: ['esm'],
  esbuildPlugins: [rootClassesPlugin('./index.js'), sharedHttpPlugin('./http-shared.js'), pagePlugin],
};

const cjsSubpaths: Options = {
  ...shared,
  ...program,
  ...subpathGlobals,
  entry: { ...subpaths, ...sharedBySubpaths },
  format: ['cjs'],
  banner: { js: "'use strict';" },
  esbuildPlugins: [
    rootClassesPlugin('./index.cjs'),
    sharedHttpPlugin('./http-shared.cjs'),
    packagedFilesPlugin,
    pagePlugin,
  ],
};

const esmForTests: Options = { ...esmSubpaths, entry: forTests };
const cjsForTests: Options = { ...cjsSubpaths, entry: forTests };

const cjs: Options = {
  ...shared,
  entry,
  format: ['cjs'],
  ...ownGlobals,
  banner: { js: "'use strict';" },
  esbuildPlugins: [packagedFilesPlugin],
  onSuccess: writeLicenses,
};

/**
 * Of both forms in one go; `--no-dts` leaves them out where a program only needs to run. Subpaths apart, as what entries share that are built
 * together goes into chunks, whose names change.
 */
const types: Options[] = [
  entry,
  ...Object.entries({ ...subpaths, ...forTests }).map(([name, path]) => ({ [name]: path })),
].map((own) => ({
  ...shared,
  entry: own,
  format: ['esm', 'cjs'],
  dts: { only: true },
}));

/** Loaded by Piscina from its own file and never imported: it needs neither a CommonJS form nor types. */
const worker: Options = {
  ...shared,
  entry: { worker: 'workers/serving/inference-worker.ts', 'tool-worker': 'workers/tools/tool-worker.ts' },
  format: ['esm'],
  esbuildPlugins: [watPlugin],
  onSuccess: () => copyForWebpack('worker', 'tool-worker'),
};

/** Other files of the package that the command line loads when a command needs them: as large as all the rest of it. */
const loadedByCli: readonly (readonly [source: RegExp, file: string])[] = [
  [/\/report\/charts\.js$/, './score-charts.js'],
  [/^\.\.\/index\.js$/, './index.js'],
  [/\/integrations\/nats\/index\.js$/, './nats.js'],
];

const loadedFilesPlugin: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'loaded-files',
  setup: ({ onResolve }) => {
    for (const [filter, path] of loadedByCli) onResolve({ filter }, () => ({ path, external: true }));
  },
};

/** Nobody looks for an error of ours in it: it goes without a map, and small. */
const charts: Options = {
  ...shared,
  entry: { 'score-charts': 'src/tools/score-file/report/charts.ts' },
  format: ['esm'],
  noExternal: carriedByCharts,
  sourcemap: false,
  minify: true,
};

const cli: Options = {
  ...shared,
  ...program,
  entry: { cli: 'src/cli/main.ts' },
  format: ['esm'],
  noExternal: [...carriedByAll, ...carriedByCli],
  esbuildPlugins: [loadedFilesPlugin],
  // An optional part of cli-table3, which does without.
  external: ['@colors/colors'],
  // What it carries is CommonJS, and asks for Node.js's own modules.
  // Under a name of its own: what is bundled imports `createRequire`, too.
  banner: {
    js: "import { createRequire as requireOfCli } from 'node:module';\nconst require = requireOfCli(import.meta.url);",
  },
};

/** What `adoptModel` starts as a process of its own: what it carries is loaded nowhere else. */
const adopt: Options = {
  ...shared,
  ...program,
  entry: { 'adopt-process': 'src/tools/adopt/adopt-process.ts' },
  format: ['esm'],
  noExternal: [...carriedByAll, ...carriedByAdopt],
  onSuccess: () => copyForWebpack('adopt-process'),
};

/** What `recordDecisions` starts. It needs neither the runtime nor Piscina. */
const recordsWorker: Options = {
  ...shared,
  ...program,
  entry: { 'records-worker': 'workers/records/records-worker.ts' },
  format: ['esm'],
  onSuccess: () => copyForWebpack('records-worker'),
};

export default defineConfig(({ dts }) => [
  ...[esm, cjs, esmSubpaths, cjsSubpaths, esmForTests, cjsForTests, worker, recordsWorker, cli, charts, adopt],
  ...(dts === false ? [] : types),
]);

/** See `src/packaged-files.ts`. */
async function copyForWebpack(...names: readonly string[]): Promise<void> {
  for (const name of names) await copyFile(`dist/${name}.js`, `dist/${name}.mjs`);
}

/** Their licences ask for their text in every copy. */
async function writeLicenses(): Promise<void> {
  const texts = [
    ...new Set([
      ...carriedByAll,
      ...carried,
      ...carriedByCli,
      ...carriedByCharts,
      ...carriedByAdopt,
      ...carriedByNats,
      ...carriedByPage,
    ]),
  ].map(async (name) => {
    const directory = join('node_modules', name);
    const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file !== undefined) return `${name}\n\n${await readFile(join(directory, file), 'utf8')}`;
    if (name !== '@bufbuild/protobuf') throw new Error(`${directory}: expected a licence, found none`);
    return `${name}\n\n${await licenceOfProtobuf(directory)}`;
  });
  await writeFile('dist/THIRD-PARTY-LICENSES.txt', (await Promise.all(texts)).join('\n\n'));
}

/** Its licences are Apache 2.0 and, of one file, BSD. It has no file with them: the notices stand at the top of its sources. */
async function licenceOfProtobuf(directory: string): Promise<string> {
  const notices = ['binary-encoding.js', 'varint.js'].map(async (source) => {
    const text = await readFile(join(directory, 'dist/esm/wire', source), 'utf8');
    const lines = text.split('\n');
    return lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith('//')),
    );
  });
  const [apache, bsd] = (await Promise.all(notices)).map((lines) => lines.map((line) => line.slice(3)).join('\n'));
  // TypeScript comes under the same licence, with its text.
  const text = await readFile('node_modules/typescript/LICENSE.txt', 'utf8');
  if (!apache?.includes('Apache License') || !bsd?.includes('Redistribution') || !text.startsWith('Apache License')) {
    throw new Error(`${directory}: expected the notices of its licences, found others`);
  }
  return `${apache}\n\n${bsd}\n\n${text}`;
}
