import type { ReferenceRequests } from '../load/reference-requests.js';
import type { Result } from '../report/result.js';
import type { Settings } from '../settings.js';

/** How far a scenario is. */
export interface Steps {
  /** So many more steps are to come. */
  expect(count: number): void;
  /** One is done. */
  done(label: string): void;
}

export interface ScenarioContext {
  settings: Settings;
  requests: ReferenceRequests;
  steps: Steps;
}

/** Something that is measured and reported together, in a process of its own. */
export interface Scenario {
  name: string;
  title: string;
  run(context: ScenarioContext): Promise<Result>;
}
