import { formatFigure } from '../report/format.js';
import { tableText } from '../report/tables.js';
import type { Figure } from '../statistics.js';
import type { ComparisonFile } from './comparison-file.js';
import type { RowUnit } from './comparisons.js';

/** The comparison for the terminal. */
export function comparisonText({
  takenAt,
  environment,
  that,
  pairs,
  settings,
  rows,
  limits,
  notes,
}: ComparisonFile): string {
  const { node, cpu, cores, commit } = environment;
  const heading = [
    `This build (commit ${commit ?? 'unknown'}) and that build (commit ${that.commit ?? 'unknown'})`,
    `${takenAt}, Node.js ${node}, ${cores} × ${cpu}; ${pairs} pairs, windows of ${settings.windowMs / 1000} s`,
  ].join('\n');
  const compared = tableText({
    title: 'Medians; what compares the two is of each pair, with the lowest and the highest',
    columns: ['', 'this build', 'that build', 'this / that', 'this − that'].map((name) => ({ name })),
    rows: rows.map(({ name, unit, thisBuild, thatBuild, ratio, difference }) => [
      name,
      medianText(thisBuild, unit),
      medianText(thatBuild, unit),
      ratio === null ? '–' : formatFigure(ratio, 'ratio'),
      unit === 'perSecond' ? '–' : formatFigure(difference, unit),
    ]),
  });
  const beside = tableText({
    title: 'Limits, in the same pairs',
    columns: ['', 'median (lowest – highest)'].map((name) => ({ name })),
    rows: limits.map(({ name, unit, figure }) => [name, formatFigure(figure, unit)]),
  });
  return [heading, compared, beside, ...notes.map((note) => `Note: ${note}`)].join('\n\n');
}

function medianText({ median }: Figure, unit: RowUnit): string {
  return formatFigure({ median, lowest: median, highest: median, values: [median] }, unit);
}
