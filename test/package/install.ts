import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { projectPath } from '../support/paths.js';
import { nodeVersions } from './node-versions.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The new project that the tarball is installed in. */
    consumer: string;
    /** Where the tarball is, its files, and its size in bytes. */
    tarball: { path: string; files: string[]; size: number };
  }
}

const run = promisify(execFile);

/** Packs what `npm run build` made, and installs it as a user behind a proxy would, under a path that is not easy. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'fraud-scorer-'));
  const consumer = join(directory, 'a project #1');
  await mkdir(consumer);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
    cwd: projectPath('.'),
  });
  const [packed] = JSON.parse(stdout);
  await writeFile(join(consumer, 'package.json'), JSON.stringify(await consumerManifest()));
  const tarball = join(directory, packed.filename);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], {
    cwd: consumer,
    env: { ...environmentOfAnyone(), ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  const fixtures = projectPath('test/package/fixtures');
  for (const name of await readdir(fixtures)) await cp(join(fixtures, name), join(consumer, name));
  project.provide('consumer', consumer);
  project.provide('tarball', {
    path: tarball,
    files: packed.files.map(({ path }: { path: string }) => path),
    size: packed.size,
  });
  return () => rm(directory, { recursive: true, force: true });
}

/** A new project with what a TypeScript project has, in the versions that are ours, with an old TypeScript and other Node.js versions. */
async function consumerManifest(): Promise<object> {
  const { devDependencies } = JSON.parse(await readFile(projectPath('package.json'), 'utf8'));
  const tools = ['typescript', '@types/node'].map((name) => [name, devDependencies[name]]);
  const runtimes = nodeVersions.map((version) => [`node-${version}`, `npm:node-linux-${process.arch}@${version}`]);
  const oldest = ['typescript-5.0', 'npm:typescript@~5.0.4'];
  const clients = [
    ['prom-client', devDependencies['prom-client']],
    ['@prometheus-io/client', '~0.16.1'],
  ];
  const all = [...tools, oldest, ...runtimes, ...clients];
  return { name: 'consumer', private: true, devDependencies: Object.fromEntries(all) };
}

/** Without what npm hands down to the scripts it runs: this project's own settings among it. */
export function environmentOfAnyone(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));
}
