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
  const complaints = reports.flatMap(({ name, problems, missed = [] }) => {
    return [...problems, ...missed].map((complaint) => `${name}: ${complaint}`);
  });
  for (const { name, seconds, facts, problems, missed = [] } of reports) {
    const seen = Object.entries(facts).map(([what, value]) => `${what} ${format(value)}`);
    table.push([name, seconds.toFixed(1), seen.join(', '), verdictOf(problems, missed)]);
  }
  return [table.toString(), ...complaints].join('\n');
}

function format(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en', { maximumSignificantDigits: 7 }) : value;
}

function verdictOf(problems: readonly string[], missed: readonly string[]): string {
  if (problems.length > 0) return 'FAILED';
  return missed.length > 0 ? 'missed' : 'ok';
}
