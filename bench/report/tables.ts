import Table from 'cli-table3';
import { formatCell, formatFigure, formatGoal, isMet } from './format.js';
import type { Goal, ResultTable } from './result.js';

const style = { head: [], border: [] };

/** A table for the terminal, under its title. */
export function tableText({ title, columns, rows }: ResultTable): string {
  const table = new Table({
    head: columns.map(({ name }) => name),
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
    style,
  });
  for (const row of rows) table.push(row.map((cell, index) => formatCell(cell, columns[index]?.unit)));
  return `${title}\n${table.toString()}`;
}

/** What was promised, what was measured, and whether the one meets the other. */
export function goalsText(goals: readonly Goal[]): string {
  const table = new Table({ head: ['must reach', 'limit', 'median (lowest – highest)', ''], style });
  for (const goal of goals) {
    const met = isMet(goal);
    table.push([
      goal.what,
      formatGoal(goal),
      goal.figure === null ? '–' : formatFigure(goal.figure, goal.unit),
      met === null ? 'not measured' : met ? 'met' : 'not met',
    ]);
  }
  return table.toString();
}
