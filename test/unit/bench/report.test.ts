import { expect, test } from 'vitest';
import { chartOption } from '../../../bench/report/chart-option.js';
import { formatCell, formatFigure, isMet } from '../../../bench/report/format.js';
import { reportText } from '../../../bench/report/report-text.js';
import type { Goal, Plot } from '../../../bench/report/result.js';
import { figureOf } from '../../../bench/statistics.js';
import { recorded } from './results.js';

const goal: Goal = { what: 'speed', bound: 'at least', limit: 0.5, unit: 'ratio', figure: figureOf([0.4, 0.5, 0.6]) };

test('a figure is written as its median, with the lowest and the highest', () => {
  expect(formatFigure(figureOf([1_000, 3_000, 2_000]), 'perSecond')).toBe('2,000 (1,000 – 3,000)/s');
  expect(formatFigure(figureOf([0.031, 0.02, 0.04]), 'share')).toBe('3.1 (2.0 – 4.0) %');
});

test('a single run has no spread', () => {
  expect(formatFigure(figureOf([1.5]), 'ms')).toBe('1.50 ms');
});

test('a small ratio keeps two digits that mean something', () => {
  expect(formatFigure(figureOf([0.00551]), 'ratio')).toBe('0.0055');
});

test('what was not measured is a dash', () => {
  expect(formatCell(null, 'ms')).toBe('–');
});

test('a goal is met by the median, the limit itself as its words say', () => {
  expect(isMet(goal)).toBe(true);
  expect(isMet({ ...goal, limit: 0.51 })).toBe(false);
  expect(isMet({ ...goal, bound: 'at most' })).toBe(true);
  expect(isMet({ ...goal, bound: 'under' })).toBe(false);
  expect(isMet({ ...goal, figure: null })).toBeNull();
});

test('the report says where and on what a scenario was measured, its tables, its notes and its goals', () => {
  const table = {
    title: 'Rows',
    columns: [{ name: 'who' }, { name: 'rows', unit: 'count' as const }],
    rows: [['a', null]],
  };
  const text = reportText({
    format: 1,
    results: [recorded('first', { tables: [table], notes: ['mind'], goals: [goal] })],
  });
  for (const part of ['About first', 'Node.js v20.0.0, 2 × a CPU', 'Rows', 'Note: mind', 'at least 0.50', 'met']) {
    expect(text).toContain(part);
  }
});

const plot: Plot = {
  file: 'f',
  title: 't',
  kind: 'lines',
  x: { name: 'x', values: ['a', 'b', 'c'] },
  y: { name: 'y', unit: 'ms', isLogarithmic: true },
  series: [{ name: 's', points: [figureOf([30, 50, 40]), 70, null] }],
};

test('a chart has a mark at each median, and a line from the lowest to the highest where there are several runs', () => {
  expect(chartOption(plot).series).toMatchObject([
    {
      type: 'line',
      name: 's',
      data: [
        [0, 40],
        [1, 70],
        [2, null],
      ],
    },
    { type: 'custom', data: [[0, 30, 50]] },
  ]);
});

test('a logarithmic axis begins at the power of ten below the lowest run', () => {
  expect(chartOption(plot).yAxis).toMatchObject({ type: 'log', min: 10 });
});

test('numbers are drawn on a scale', () => {
  const onScale = { ...plot, x: { name: 'x', values: [1, 5, 20] } };
  expect(chartOption(onScale).series).toMatchObject([
    {
      data: [
        [1, 40],
        [5, 70],
        [20, null],
      ],
    },
    {},
  ]);
});
