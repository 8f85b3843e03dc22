import { init } from 'echarts';
import { chartOption } from './chart-option.js';
import type { Plot } from './result.js';

const size = { width: 860, height: 440 };

/** A plot as SVG; the same plot gives the same text. */
export function drawSvg(plot: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption(chartOption(plot));
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  // The library numbers what it draws by the process's count of it.
  const ids = new Map<string, string>();
  const renumbered = svg.replaceAll(/\bzr\d+-[a-z]+-?\d+/g, (id) => {
    const known = ids.get(id) ?? `plot-${ids.size}`;
    ids.set(id, known);
    return known;
  });
  return `${renumbered}\n`;
}
