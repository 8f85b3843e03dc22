import { escapeControls } from '../errors/foreign-names.js';
import type { AdoptionReport } from '../tools/adopt-model.js';
import { table } from './table.js';

/** The result of `adopt`, for people. */
export function adoptText({
  directory,
  model,
  inputs,
  output,
  batch,
  changes,
  notes,
  comparison,
}: AdoptionReport): string {
  const { fraudClass } = output;
  const label = fraudClass?.label === null || fraudClass === null ? '' : `, label ${JSON.stringify(fraudClass.label)}`;
  const column = fraudClass === null ? '' : `, column ${fraudClass.column} is fraud${label}`;
  const lines = [
    escapeControls(`${model.name} ${model.version}, ${directory}`),
    table(
      ['input', 'type', 'features'],
      inputs.map(({ name, type, size }) => [escapeControls(name), type, String(size)]),
    ),
    `Output: ${JSON.stringify(output.name)} as ${output.form}${column} (${output.why})`,
  ];
  if (batch === 'alone') lines.push('Rows run one by one ("batch": "alone").');
  for (const change of changes) lines.push(escapeControls(`Changed: ${change}`));
  if (changes.length === 0) lines.push('The graph is the one in the file, unchanged.');
  for (const note of notes) lines.push(escapeControls(`Note: ${note}`));
  if (comparison !== null) {
    const { rows, largestDifference } = comparison;
    lines.push(
      `Compared with the original on ${rows} invented rows: largest difference ${largestDifference.toExponential(1)}`,
    );
  }
  lines.push('The directory passes the check.');
  return `${lines.join('\n')}\n`;
}
