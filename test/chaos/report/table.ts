import Table from 'cli-table3';
import type { ScenarioReport } from './scenario-report.js';

/** The reports as a table, and every problem in words below it. */
export function reportTable(reports: readonly ScenarioReport[]): string {
  const table = new Table({
    head: ['scenario', 'seconds', 'seen', ''],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [22, 9, 82, 8],
  });
  for (const { name, seconds, facts, problems } of reports) {
    const seen = Object.entries(facts).map(([what, value]) => `${what} ${format(value)}`);
    table.push([name, seconds.toFixed(1), seen.join(', '), problems.length === 0 ? 'ok' : 'FAILED']);
  }
  const problems = reports.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
  return [table.toString(), ...problems].join('\n');
}

function format(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en', { maximumSignificantDigits: 7 }) : value;
}
