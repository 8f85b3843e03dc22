import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { DashboardPoint, DashboardSnapshot } from '../../api/dashboard.js';
import { paintFor } from './paint.js';
import { viewOf } from './view.js';
import type { Screen } from './watch.js';

/** A view that is redrawn in place. */
export function liveScreen(stream: WriteStream): Screen {
  const update = createLogUpdate(stream);
  const paint = paintFor(stream);
  let last: { snapshot: DashboardSnapshot; points: readonly DashboardPoint[] } | null = null;
  const draw = (state: string): void => {
    if (last === null) return;
    const { snapshot, points } = last;
    const trend = { answered: points.map(({ answered }) => answered), p99: points.map(({ p99 }) => p99) };
    update(viewOf(snapshot, trend, state, { columns: stream.columns || 80, rows: stream.rows || 40 }, paint));
  };
  return {
    show: (snapshot, points) => {
      last = { snapshot, points };
      draw('');
    },
    lost: (reason) => draw(`▲ ${reason}`),
    // The last view stays on the terminal.
    close: () => update.done(),
  };
}
