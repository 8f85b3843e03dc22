import { answersHttp } from './checks/answers-http.js';
import { failsOverHttp } from './checks/fails-over-http.js';
import { printsScore } from './checks/prints-score.js';
import { containerImage } from './container/container-image.js';
import { kubernetesManifest } from './container/kubernetes-manifest.js';
import type { Entry, NodeLine, Trial } from './entry.js';

/** Frameworks: a server each. One line adds one; `test/matrix/README.md` says what its host must do. */
const frameworks: readonly Entry[] = [
  { name: 'node:http', project: 'node-http', packages: [], host: 'host.mjs', check: answersHttp(), ci: '22' },
  { name: 'node:cluster', project: 'cluster', packages: [], host: 'host.mjs', check: answersHttp(), ci: '24' },
  {
    name: 'PM2 6',
    project: 'pm2',
    files: ['examples/container/server.mjs', 'examples/container/ecosystem.config.cjs'],
    packages: ['pm2@6'],
    host: 'host.cjs',
    check: answersHttp(),
  },
  { name: 'Express 4', project: 'express', packages: ['express@4'], host: 'host.mjs', check: answersHttp() },
  { name: 'Express 5', project: 'express', packages: ['express@5'], host: 'host.mjs', check: answersHttp(), ci: '20' },
  { name: 'Fastify 5', project: 'fastify', packages: ['fastify@5'], host: 'host.cjs', check: answersHttp(), ci: '22' },
  nest('NestJS 11, Express, CommonJS', { version: 11, adapter: 'express', type: 'commonjs', ci: '22' }),
  nest('NestJS 11, Fastify, ES module', { version: 11, adapter: 'fastify', type: 'module' }),
  nest('NestJS 12, Express, ES module', { version: 12, adapter: 'express', type: 'module' }),
  nest('NestJS 12, Fastify, CommonJS', { version: 12, adapter: 'fastify', type: 'commonjs', ci: '20' }),
];

/** Bundlers: `beside` says what is installed beside the output. */
const bundlers: readonly Entry[] = [
  bundler('esbuild, ES module', { project: 'esbuild', packages: ['esbuild@0.28'], ci: '20' }),
  bundler('esbuild, CommonJS', { project: 'esbuild-cjs', packages: ['esbuild@0.28'], host: 'host.cjs', ci: '22' }),
  bundler('esbuild, package left out', {
    project: 'esbuild-external',
    packages: ['esbuild@0.28'],
    beside: 'everything',
  }),
  bundler('webpack 5, CommonJS', { project: 'webpack', packages: ['webpack@5'], host: 'host.cjs', ci: '24' }),
  bundler('webpack 5, ES module', { project: 'webpack-esm', packages: ['webpack@5'] }),
  bundler('Rollup 4', {
    project: 'rollup',
    packages: ['rollup@4', '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29', '@rollup/plugin-json@6'],
  }),
  bundler('Vite 8, server build', { project: 'vite', packages: ['vite@8'], beside: 'everything', ci: '22' }),
  bundler('Vite 7, server build', { project: 'vite', packages: ['vite@7'], beside: 'everything' }),
  bundler('Vite 8, server build of all', { project: 'vite-all', packages: ['vite@8'] }),
  bundler('Vite 8, library', { project: 'vite-library', packages: ['vite@8'], beside: 'everything' }),
  next('Next.js 16, Turbopack', { packages: ['next@16'], flags: [] }),
  next('Next.js 16, webpack', { packages: ['next@16'], flags: ['--webpack'] }),
  next('Next.js 15', { packages: ['next@15'], flags: [] }),
  {
    ...next('Next.js 16, without the lines of the guide', { packages: ['next@16'], flags: [] }),
    project: 'next-unconfigured',
    check: failsOverHttp('/api/score', 'docs/bundlers.md'),
  },
];

/** Everything that `npm run test:matrix` tries, each on each line of Node.js. */
export const table: readonly Entry[] = [...frameworks, ...bundlers];

/** What is tried without a project of its own. */
export const trials: readonly Trial[] = [containerImage, kubernetesManifest];

type Bundler = Pick<Entry, 'project' | 'packages' | 'ci'> & { host?: string; beside?: 'everything' };

function bundler(name: string, { host = 'host.mjs', beside, ...entry }: Bundler): Entry {
  const build = { command: ['build.mjs'], output: 'out', beside: beside ?? 'externals' } as const;
  return { name, ...entry, build, host, check: printsScore };
}

interface Nest {
  readonly version: 11 | 12;
  readonly adapter: 'express' | 'fastify';
  readonly type: 'module' | 'commonjs';
  readonly ci?: NodeLine;
}

/** A TypeScript application whose compiler writes the types of parameters into it, with Terminus. */
function nest(name: string, { version, adapter, type, ci }: Nest): Entry {
  const own = ['common', 'core', `platform-${adapter}`, 'terminus'].map((part) => `@nestjs/${part}@${version}`);
  return {
    name,
    project: 'nestjs',
    packages: [...own, 'reflect-metadata@0.2', 'rxjs@7', 'typescript@5.9', '@types/node@20', '@types/express@5'],
    build: { command: ['build.mjs', adapter, type], output: 'out', beside: 'project' },
    host: 'host.js',
    check: answersHttp({ ready: '/health' }),
    ...(ci === undefined ? {} : { ci }),
  };
}

/** A route handler in the standalone output, which brings its own `node_modules`. */
function next(name: string, { packages, flags }: { packages: readonly string[]; flags: readonly string[] }): Entry {
  return {
    name,
    project: 'next',
    packages: [...packages, 'react@19', 'react-dom@19'],
    build: {
      command: ['node_modules/next/dist/bin/next', 'build', ...flags],
      output: '.next/standalone',
      beside: 'nothing',
    },
    host: 'server.js',
    check: answersHttp({ score: '/api/score', ready: null, live: null, endsWith: [0, 143] }),
  };
}
