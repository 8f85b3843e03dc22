/** `npm run bench`: runs the scenarios one after the other and reports what they found, or compares two builds. */

import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { processOutput } from '../src/cli/stream-output.js';
import { benchAgainst } from './against/bench-against.js';
import { readEnvironment } from './environment.js';
import { type BenchOptions, readOptions } from './options.js';
import { Progress } from './progress.js';
import { reportText } from './report/report-text.js';
import { merged, type RecordedResult, readResultFile, writeResultFile } from './report/result-file.js';
import { writePlots } from './report/write-plots.js';
import { runScenario } from './run-scenario.js';
import { scenarios } from './scenarios/all.js';
import type { Scenario } from './scenarios/scenario.js';

processOutput();
const checkout = fileURLToPath(new URL('../', import.meta.url));
const names = scenarios.map(({ name }) => name);

async function bench({ scenarios: chosen, directory, settings }: BenchOptions): Promise<void> {
  const path = join(directory, 'latest.json');
  let file = await readResultFile(path);
  for (const scenario of scenarios.filter(({ name }) => chosen.includes(name))) {
    try {
      file = merged(file, await record(scenario, settings), names);
      await writeResultFile(path, file);
    } catch (error) {
      // The others are worth their time all the same.
      console.error(error);
      process.exitCode = 1;
    }
  }
  const plots = await writePlots(directory, file);
  console.log(`\n${reportText(file)}\n\n${[path, ...plots].join('\n')}`);
}

async function record({ name, title }: Scenario, settings: BenchOptions['settings']): Promise<RecordedResult> {
  const environment = readEnvironment();
  const takenAt = new Date();
  const progress = new Progress(name);
  try {
    const result = await runScenario({ scenario: name, settings }, progress);
    const seconds = Math.round((Date.now() - takenAt.getTime()) / 1000);
    // Where the checkout lies is nobody's business.
    const recorded = { ...settings, model: relative(checkout, settings.model) };
    return {
      scenario: name,
      title,
      takenAt: takenAt.toISOString(),
      seconds,
      environment,
      settings: recorded,
      ...result,
    };
  } finally {
    progress.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2), names);
  if (options.against === null) await bench(options);
  else await benchAgainst(checkout, options.against, options);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}
