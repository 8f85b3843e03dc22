import uPlot from 'uplot';
import type { DashboardPoint } from '../../api/dashboard.js';
import { formatTime, unknown } from '../format.js';
import type { Columns } from '../series.js';
import { element, setText } from './dom.js';
import { Table } from './table.js';

/** A line of a chart. */
export interface Line {
  label: string;
  /** The name of a colour in the style, such as `blue`. */
  colour: string;
  /** Lengths of dash and gap, in pixels, so that lines differ without colours too. */
  dash?: number[];
  /** How the area is filled: down to the axis, or down to the line before. */
  fill?: 'ground' | 'before';
  values(columns: Columns): (number | null)[];
}

export interface ChartSpec {
  title: string;
  /** Describes the chart in a sentence, for people who cannot see it. */
  description: string;
  fields: readonly (keyof DashboardPoint)[];
  lines: readonly Line[];
  format(value: number | null): string;
  /** The y axis shows at least this much. */
  least: number;
}

const height = 170;
const tableRows = 12;

/** A chart with its legend, which shows the values at the cursor or the last ones, and the same data as a table. */
export class Chart {
  readonly element: HTMLElement;
  readonly #spec: ChartSpec;
  readonly #plot = element('div', { class: 'plot', 'aria-hidden': 'true' });
  readonly #values: HTMLElement[];
  readonly #when = element('span', { class: 'when' });
  readonly #details: HTMLDetailsElement;
  readonly #table: Table;
  #uplot: uPlot | null = null;
  #data: uPlot.AlignedData = [[]];
  #range: [from: number, to: number] = [0, 60];

  constructor(spec: ChartSpec) {
    this.#spec = spec;
    this.#values = spec.lines.map(() => element('b', {}, unknown));
    const legend = spec.lines.map((line, index) =>
      element('li', {}, swatch(line), `${line.label} `, this.#values[index] ?? ''),
    );
    this.#table = new Table(spec.title, [
      { name: 'Time' },
      ...spec.lines.map(({ label }) => ({ name: label, isNumber: true })),
    ]);
    this.#details = element('details', {}, element('summary', {}, 'As a table'), this.#table.element);
    this.#details.addEventListener('toggle', () => this.#fillTable());
    this.element = element(
      'figure',
      { class: 'card chart' },
      element(
        'figcaption',
        {},
        element('h3', {}, spec.title),
        element('p', { class: 'hidden' }, spec.description),
        element('ul', { class: 'legend' }, ...legend),
        this.#when,
      ),
      this.#plot,
      this.#details,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#plot);
  }

  /** @param range the range of the time axis, in seconds since the epoch. */
  show(columns: Columns, range: [from: number, to: number]): void {
    this.#range = range;
    this.#data = [columns.at, ...this.#spec.lines.map((line) => line.values(columns))] as uPlot.AlignedData;
    if (this.#uplot === null) this.draw();
    else this.#uplot.setData(this.#data);
    this.#showValues();
    if (this.#details.open) this.#fillTable();
  }

  /** Draws the chart in the colours of the theme. */
  draw(): void {
    this.#uplot?.destroy();
    this.#uplot = null;
    const width = this.#plot.clientWidth;
    if (width > 0) this.#uplot = new uPlot(this.#options(width), this.#data, this.#plot);
  }

  #resize(): void {
    const width = this.#plot.clientWidth;
    if (this.#uplot === null) this.draw();
    else if (width > 0 && width !== this.#uplot.width) this.#uplot.setSize({ width, height });
  }

  #options(width: number): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const { lines, format, least } = this.#spec;
    const axis = {
      stroke: colour('muted'),
      grid: { stroke: colour('grid'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    return {
      width,
      height,
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'all' }, points: { size: 7 } },
      scales: {
        x: { time: true, range: () => this.#range },
        y: { range: (_, __, max) => [0, Math.max(least, (max ?? 0) * 1.12)] },
      },
      axes: [
        { ...axis, size: 28, space: 74, values: (_, times) => times.map((time) => this.#clockTime(time)) },
        { ...axis, size: 58, space: 32, values: (_, values) => values.map((value) => format(value)) },
      ],
      series: [
        {},
        ...lines.map(
          (line): uPlot.Series => ({
            label: line.label,
            stroke: colour(line.colour),
            width: 2,
            ...(line.dash === undefined ? {} : { dash: line.dash }),
            ...(line.fill === 'ground' ? { fill: `${colour(line.colour)}2e` } : {}),
            points: { show: false },
          }),
        ),
      ],
      bands: lines.flatMap((line, index) =>
        line.fill === 'before'
          ? [{ series: [index + 1, index] as [number, number], fill: `${colour(line.colour)}3d` }]
          : [],
      ),
      hooks: { setCursor: [() => this.#showValues()] },
    };
  }

  #showValues(): void {
    const index = this.#uplot?.cursor.idx ?? null;
    const time = index === null ? undefined : this.#data[0][index];
    const isAtCursor = index !== null && time !== undefined;
    for (const [line, node] of this.#values.entries()) {
      const list = this.#data[line + 1] ?? [];
      setText(node, this.#spec.format((isAtCursor ? list[index] : list.at(-1)) ?? null));
    }
    setText(this.#when, isAtCursor ? `at ${formatTime(time * 1_000)}` : '');
  }

  #fillTable(): void {
    const [times] = this.#data;
    const step = Math.max(Math.ceil(times.length / tableRows), 1);
    const rows: string[][] = [];
    for (let index = times.length - 1; index >= 0; index -= step) {
      const values = this.#spec.lines.map((_, line) => this.#spec.format(this.#data[line + 1]?.[index] ?? null));
      rows.push([formatTime((times[index] ?? 0) * 1_000), ...values]);
    }
    this.#table.show(rows);
  }

  #clockTime(seconds: number): string {
    const text = formatTime(seconds * 1_000);
    return this.#range[1] - this.#range[0] > 300 ? text.slice(0, 5) : text;
  }
}

/** A sample of the line for the legend. */
function swatch({ colour, dash }: Line): SVGSVGElement {
  const make = <Tag extends keyof SVGElementTagNameMap>(tag: Tag, attributes: Record<string, string>) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const svg = make('svg', { width: '22', height: '8', 'aria-hidden': 'true', class: 'swatch' });
  svg.style.stroke = `var(--${colour})`;
  svg.append(
    make('line', {
      x1: '0',
      y1: '4',
      x2: '22',
      y2: '4',
      'stroke-width': '3',
      'stroke-dasharray': (dash ?? []).join(' '),
    }),
  );
  return svg;
}
