import type { Settings } from './settings.js';

/** The task of a scenario's process. */
export interface ScenarioTask {
  scenario: string;
  settings: Settings;
}

/** A message from a child process of the bench that works on one task. */
export type ProcessMessage<Result> =
  | { kind: 'expect'; count: number }
  | { kind: 'done'; label: string }
  | { kind: 'result'; result: Result }
  | { kind: 'failed'; reason: string };
