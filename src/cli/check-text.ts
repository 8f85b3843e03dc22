import { escapeControls } from '../errors/foreign-names.js';
import type { ModelCheck } from '../tools/check-model.js';
import { gib } from './output.js';
import { table } from './table.js';

/** The result of the check, for people. */
export function checkText({ directory, model, problems, notes, providers }: ModelCheck): string {
  const lines = [escapeControls(model === null ? directory : `${model.name} ${model.version}, ${directory}`)];
  if (providers.length > 0) {
    lines.push(
      table(
        ['provider', 'runs', 'cases', 'largest difference', 'device memory'],
        providers.map(({ provider, reason, isLeftToCpu, cases, largestDifference, deviceMemoryGb }) => [
          provider,
          reason !== null ? 'no' : isLeftToCpu ? 'on the CPU' : 'yes',
          String(cases),
          largestDifference === null ? '–' : largestDifference.toExponential(1),
          gib(deviceMemoryGb),
        ]),
      ),
    );
  }
  for (const note of notes) lines.push(escapeControls(`Note: ${note}`));
  for (const { part, message } of problems) lines.push(escapeControls(`Problem (${part}): ${message}`));
  lines.push(
    problems.length === 0 ? 'All is well.' : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
  );
  return `${lines.join('\n')}\n`;
}
