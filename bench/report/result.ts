import type { Figure } from '../statistics.js';

/** How a number is written. A share is in [0, 1]; times is a multiple of something. */
export type Unit = 'perSecond' | 'ms' | 'us' | 'ratio' | 'times' | 'share' | 'megabytes' | 'bytes' | 'count';

/** Null where there is nothing to say: not run, or not answered. */
export type Cell = string | Figure | null;

export interface ResultTable {
  title: string;
  /** The first column is text. */
  columns: readonly { name: string; unit?: Unit }[];
  rows: readonly (readonly Cell[])[];
}

export interface PlotSeries {
  name: string;
  /** One for each category, or for each x. */
  points: readonly (Figure | number | null)[];
}

/** A plot with what it shows, so that it can be drawn again. */
export interface Plot {
  /** The SVG's name, without its ending. */
  file: string;
  title: string;
  kind: 'bars' | 'lines';
  /** Text is a category each; numbers are on a scale. */
  x: { name: string; values: readonly string[] | readonly number[] };
  y: { name: string; unit: Unit; isLogarithmic?: boolean };
  series: readonly PlotSeries[];
}

/** What the project has promised of a figure. */
export interface Goal {
  what: string;
  bound: 'at least' | 'at most' | 'under';
  limit: number;
  unit: Unit;
  figure: Figure | null;
}

/** What a scenario found. Plain JSON. */
export interface Result {
  tables: readonly ResultTable[];
  plots: readonly Plot[];
  goals: readonly Goal[];
  /** What a reader has to know of the figures. */
  notes: readonly string[];
}
