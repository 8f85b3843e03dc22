import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Point } from '../metrics/curves.js';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export interface Axis {
  name: string;
  /** Whether it goes from 0 to 1. */
  isShare: boolean;
}

export interface Chart {
  /** Of letters and hyphens; told apart from the other charts of a page by it. */
  key: string;
  kind: 'lines' | 'bars';
  x: Axis;
  y: Axis;
  series: readonly { name: string; points: readonly Point[] }[];
}

const size = { width: 560, height: 340 };

/** Told apart by people who don't see red from green, too (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** A chart as SVG; the same chart gives the same text. */
export function drawChart(chart: Chart): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...size });
  drawing.setOption(optionOf(chart));
  const svg = drawing.renderToSVGString({ useViewBox: true });
  drawing.dispose();
  // The library numbers what it draws by the process's count of it.
  const ids = new Map<string, string>();
  return svg.replaceAll(/\bzr\d+-[a-z]+-?\d+/g, (id) => {
    const known = ids.get(id) ?? `${chart.key}-${ids.size}`;
    ids.set(id, known);
    return known;
  });
}

function optionOf({ kind, x, y, series }: Chart): EChartsCoreOption {
  return {
    animation: false,
    color: colours,
    legend: { bottom: 0, itemGap: 32, selectedMode: false, show: series.length > 1 },
    grid: { left: 64, right: 24, top: 36, bottom: series.length > 1 ? 76 : 48 },
    xAxis: { type: 'value', name: x.name, nameLocation: 'middle', nameGap: 26, ...rangeOf(x) },
    yAxis: { type: 'value', name: y.name, nameLocation: 'end', nameTextStyle: { align: 'left' }, ...valuesOf(y) },
    series: series.map(({ name, points }) => ({
      name,
      type: kind === 'bars' ? 'bar' : 'line',
      data: points.map((point) => [...point]),
      silent: true,
      symbol: 'none',
      barGap: '0%',
    })),
  };
}

/** Losses may be many times the largest gain, and would leave nothing to see of it. */
function valuesOf(axis: Axis): object {
  if (axis.isShare) return rangeOf(axis);
  const formatter = (value: number): string => short.format(value);
  return { axisLabel: { formatter }, min: ({ min, max }: { min: number; max: number }) => lowest(min, max) };
}

const short = new Intl.NumberFormat('en', { notation: 'compact' });

function lowest(min: number, max: number): number {
  return max > 0 ? Math.max(Math.min(min, 0), -max) : Math.min(min, 0);
}

function rangeOf({ isShare }: Axis): { min?: number; max?: number } {
  return isShare ? { min: 0, max: 1 } : {};
}
