/**
 * `npm run bench:profile`: where the host and a worker spend their time at saturation, by CPU profiles of every thread.
 * The profiles stay, for a viewer.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { parseOrExit } from '../src/cli/parse-or-exit.js';
import { processOutput } from '../src/cli/stream-output.js';
import { bundledModelDirectory } from '../src/models/bundled-model.js';
import { isCpuProfile, type SelfTime, selfTimes } from './profile/self-times.js';
import { threadOf } from './profile/thread-of.js';
import { tableText } from './report/tables.js';
import { figureOf } from './statistics.js';

processOutput();

interface Flags {
  seconds: string;
  workers: string;
  model: string;
  out: string;
  top: string;
}

const directory = fileURLToPath(new URL('../.cache/profile/', import.meta.url));
const command = new Command('npm run bench:profile --')
  .option('--seconds <n>', 'how long score() is saturated', '5')
  .option('--workers <n>', 'worker threads', '2')
  .option('--model <dir>', 'a model directory', bundledModelDirectory())
  .option('--out <dir>', 'where the profiles go, of which nothing else is left there', directory)
  .option('--top <n>', 'functions a thread', '15');
await parseOrExit(command);
const flags = command.opts<Flags>();

await rm(flags.out, { recursive: true, force: true });
await mkdir(flags.out, { recursive: true });
const child = fork(
  fileURLToPath(new URL('./profile/saturate-process.ts', import.meta.url)),
  [flags.model, flags.workers, flags.seconds],
  { execArgv: [...process.execArgv, '--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${flags.out}`] },
);
const [code] = await once(child, 'exit');
if (code !== 0) throw new Error(`expected the profiled process to end with 0, received ${String(code)}`);

for (const name of (await readdir(flags.out)).sort()) {
  const profile: unknown = JSON.parse(await readFile(join(flags.out, name), 'utf8'));
  if (!isCpuProfile(profile)) throw new Error(`${name}: expected a CPU profile, received something else`);
  const thread = threadOf(profile);
  // The loader of TypeScript has a thread of its own.
  if (thread !== null) console.log(`${text(thread, name, selfTimes(profile, Number(flags.seconds) * 1000))}\n`);
}

function text(thread: string, name: string, times: readonly SelfTime[]): string {
  return tableText({
    title: `${thread} (${name})`,
    columns: [{ name: 'function' }, { name: 'self time', unit: 'share' }],
    rows: times.slice(0, Number(flags.top)).map(({ label, share }) => [label, figureOf([share])]),
  });
}
