import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Point } from '../metrics/curves.js';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export interface Axis {
  name: string;
  /** Whether the axis goes from 0 to 1. */
  isShare: boolean;
}

export interface Chart {
  /** Identifies the chart on a page. Letters and hyphens only. */
  key: string;
  kind: 'lines' | 'bars';
  x: Axis;
  y: Axis;
  series: readonly { name: string; points: readonly Point[] }[];
}

const size = { width: 560, height: 340 };

/** Colours that people with red-green blindness can distinguish too (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/** Draws a chart as SVG. The same chart always gives the same text. */
export function drawChart(chart: Chart): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...size });
  drawing.setOption(optionOf(chart));
  const svg = drawing.renderToSVGString({ useViewBox: true });
  drawing.dispose();
  // The library numbers its elements with a counter of the process.
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

/** Losses may be many times the largest gain. Then the gain would be too small to see. */
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
