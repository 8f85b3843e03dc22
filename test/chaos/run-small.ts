import { bundledModelDirectory } from '../../src/models/bundled-model.js';
import { KnownRows } from './oracle/known-rows.js';
import { runScenario, type ScenarioReport } from './report/scenario-report.js';
import type { Scenario } from './scenario.js';

const seed = 1;
let rows: Promise<KnownRows> | null = null;

/** Runs a scenario for the tests: so much of it and no more, always the same. */
export async function runSmall(scenario: Scenario, amount: number, minutes?: number): Promise<ScenarioReport> {
  rows ??= KnownRows.make(bundledModelDirectory(), 1_024, seed);
  return runScenario(scenario, { seed, amount, minutes, workers: 2, rows: await rows, onProgress: () => {} });
}
