import type { CustomSeriesOption, EChartsOption, SeriesOption } from 'echarts';
import type { Figure } from '../statistics.js';
import { formatNumber } from './format.js';
import type { Plot, PlotSeries } from './result.js';

type Point = PlotSeries['points'][number];

const barGap = '10%';

/** Told apart by people who don't see red from green, too (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#5b5b5b'];

/** A plot in the charting library's terms: a mark at each median, and a line from the lowest to the highest run. */
export function chartOption(plot: Plot): EChartsOption {
  const { title, x, y, series } = plot;
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 'center', textStyle: { fontSize: 15 } },
    legend: { bottom: 4, selectedMode: false, data: series.map(({ name }) => name) },
    grid: { left: 24, right: 32, top: 48, bottom: 64, containLabel: true },
    xAxis: {
      ...(isText(x.values) ? { type: 'category', data: [...x.values] } : { type: 'value' }),
      name: x.name,
      nameLocation: 'middle',
      nameGap: 28,
      axisLabel: { interval: 0, width: 110, overflow: 'break', rotate: isCrowded(x.values) ? 35 : 0 },
    },
    yAxis: {
      type: y.isLogarithmic ? 'log' : 'value',
      name: y.name,
      nameLocation: 'end',
      nameTextStyle: { align: 'left' },
      axisLabel: { formatter: (value: number) => axisText(value, y.unit) },
      ...(y.isLogarithmic ? { min: lowestPower(series) } : {}),
    },
    series: series.flatMap((one, index) => [marks(plot, one, index), spreads(plot, one, index)]),
  };
}

function marks({ kind, x }: Plot, { name, points }: PlotSeries, seriesIndex: number): SeriesOption {
  const data = points.map((point, index) => [abscissa(x.values, index), medianOf(point)]);
  const color = colourOf(seriesIndex);
  return kind === 'bars'
    ? { type: 'bar', name, data, silent: true, barGap, itemStyle: { color } }
    : {
        type: 'line',
        name,
        data,
        silent: true,
        symbol: 'circle',
        symbolSize: isText(x.values) ? 7 : 3,
        itemStyle: { color },
        lineStyle: { color },
      };
}

/** The lines from lowest to highest; beside each other where the bars are. */
function spreads({ kind, x, series }: Plot, { name, points }: PlotSeries, index: number): CustomSeriesOption {
  const data = points.flatMap((point, at) =>
    isFigure(point) && point.values.length > 1 ? [[abscissa(x.values, at), point.lowest, point.highest]] : [],
  );
  const colour = kind === 'bars' ? '#222222' : colourOf(index);
  return {
    type: 'custom',
    name: `${name}: spread`,
    data,
    // So that the axis reaches as far as they do.
    encode: { x: 0, y: [1, 2] },
    z: 5,
    silent: true,
    renderItem: (_, api) => {
      const [lowX = 0, lowY = 0] = api.coord([api.value(0), api.value(1)]);
      const [highX = 0, highY = 0] = api.coord([api.value(0), api.value(2)]);
      const bars = kind === 'bars' ? api.barLayout({ count: series.length, barGap }) : null;
      const offset = bars?.[index]?.offsetCenter ?? 0;
      return {
        type: 'line',
        shape: { x1: lowX + offset, y1: lowY, x2: highX + offset, y2: highY },
        style: { stroke: colour, lineWidth: 1.5 },
      };
    },
  };
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? '#222222';
}

/** Where a logarithmic axis begins: a bar has no beginning of its own there. */
function lowestPower(series: readonly PlotSeries[]): number {
  const values = series.flatMap(({ points }) => points.map((point) => (isFigure(point) ? point.lowest : point)));
  const lowest = Math.min(...values.filter((value) => value !== null && value > 0).map(Number));
  return 10 ** Math.floor(Math.log10(Number.isFinite(lowest) ? lowest : 1));
}

function isText(values: Plot['x']['values']): values is readonly string[] {
  return typeof values[0] === 'string';
}

/** Whether texts beside each other would run into one another. */
function isCrowded(values: Plot['x']['values']): boolean {
  return isText(values) && values.length > 7 && values.some((value) => value.length > 8);
}

function abscissa(values: Plot['x']['values'], index: number): number {
  const value = values[index];
  return typeof value === 'number' ? value : index;
}

function isFigure(point: Point): point is Figure {
  return typeof point === 'object' && point !== null;
}

function medianOf(point: Point): number | null {
  return isFigure(point) ? point.median : point;
}

/** Without the digits that an axis needs none of. */
function axisText(value: number, unit: Plot['y']['unit']): string {
  if (unit === 'ms' || unit === 'us') return `${value} ${unit === 'us' ? 'µs' : 'ms'}`;
  return unit === 'ratio' || unit === 'times' ? String(value) : formatNumber(value, unit);
}
