import type { RecordedResult } from '../../../bench/report/result-file.js';
import { fullSettings } from '../../../bench/settings.js';

/** A scenario's result as it is kept. */
export function recorded(scenario: string, fields: Partial<RecordedResult> = {}): RecordedResult {
  return {
    scenario,
    title: `About ${scenario}`,
    takenAt: '2026-01-02T03:04:05.000Z',
    seconds: 1,
    environment: { node: 'v20.0.0', platform: 'linux x64', cpu: 'a CPU', cores: 2, memoryGb: 8, commit: 'abc' },
    settings: fullSettings('a-model'),
    tables: [],
    plots: [],
    goals: [],
    notes: [],
    ...fields,
  };
}
