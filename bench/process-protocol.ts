import type { Result } from './report/result.js';
import type { Settings } from './settings.js';

/** What a scenario's process is told first. */
export interface ScenarioTask {
  scenario: string;
  settings: Settings;
}

/** What it says. */
export type ScenarioMessage =
  | { kind: 'expect'; count: number }
  | { kind: 'done'; label: string }
  | { kind: 'result'; result: Result }
  | { kind: 'failed'; reason: string };
