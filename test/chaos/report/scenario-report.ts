import type { Findings, Scenario, ScenarioContext } from '../scenario.js';

/** What one scenario came to. */
export interface ScenarioReport extends Findings {
  name: string;
  does: string;
  seconds: number;
}

/** Runs a scenario; one that throws has a problem like any other. */
export async function runScenario(scenario: Scenario, context: ScenarioContext): Promise<ScenarioReport> {
  const { name, does } = scenario;
  const start = performance.now();
  const findings = await scenario.run(context).catch((error: unknown): Findings => {
    return { facts: {}, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  });
  return { name, does, seconds: (performance.now() - start) / 1000, ...findings };
}
