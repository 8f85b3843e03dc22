import type { RecordedResult, ResultFile } from './result-file.js';
import { goalsText, tableText } from './tables.js';

/** Everything that was found, for the terminal. */
export function reportText({ results }: ResultFile): string {
  const goals = results.flatMap((result) => result.goals);
  return [...results.map(scenarioText), ...(goals.length === 0 ? [] : [goalsText(goals)])].join('\n\n');
}

function scenarioText({ title, takenAt, environment, settings, tables, notes }: RecordedResult): string {
  const { node, cpu, cores, commit } = environment;
  const taken = `${takenAt}, Node.js ${node}, ${cores} × ${cpu}, commit ${commit ?? 'unknown'}`;
  const slices = `${settings.slices} slices of ${settings.sliceMs / 1000} s where the tables say nothing else`;
  const heading = `${title}\n${'='.repeat(title.length)}\n${taken}; ${slices}`;
  return [heading, ...tables.map(tableText), ...notes.map((note) => `Note: ${note}`)].join('\n\n');
}
