import type { DashboardSnapshot } from '../../api/dashboard.js';
import { Series } from '../series.js';
import { ActiveAlerts, AlertHistory, EventLog } from './alerts.js';
import { Chart } from './chart.js';
import { charts } from './charts.js';
import { Connection } from './connection.js';
import { byId, setAttribute, setText } from './dom.js';
import { factPanels } from './fact-panels.js';
import { NodesPanel } from './nodes-panel.js';
import { ShadowPanel } from './shadow-panel.js';
import { announce, Status } from './status.js';
import { setUpTheme } from './theme.js';
import { Tiles } from './tiles.js';
import { VersionsPanel } from './versions-panel.js';

const series = new Series();
const status = new Status();
const tiles = new Tiles(byId('tiles'));
const activeAlerts = new ActiveAlerts(byId('active-alerts'));
const drawn = charts.map((spec) => ({ spec, chart: new Chart(spec) }));
const panels = [
  new NodesPanel(),
  new VersionsPanel(),
  new AlertHistory(),
  new EventLog(),
  ...factPanels(),
  new ShadowPanel(),
];
let latest: DashboardSnapshot | null = null;
let isPaused = false;
let windowMs = 900_000;
/** The alerts that were active in the last snapshot. */
let alertKeys: ReadonlySet<string> | null = null;

for (const { chart } of drawn) byId('charts').append(chart.element);

function showCharts(): void {
  if (latest === null) return;
  const now = latest.at;
  for (const { spec, chart } of drawn) {
    const columns = series.window(windowMs, now, spec.fields);
    // A page that was just opened should not show a quarter of an hour without data.
    const from = Math.max((now - windowMs) / 1_000, Math.min(columns.at[0] ?? 0, now / 1_000 - 60));
    chart.show(columns, [from, now / 1_000]);
  }
}

function showAll(): void {
  if (latest === null || isPaused) return;
  tiles.show(latest);
  activeAlerts.show(latest);
  // Inserts the panels that have something to show, in the order of the list.
  const visible = panels.filter((panel) => latest !== null && panel.show(latest)).map((panel) => panel.element);
  const place = byId('panels');
  if (visible.length !== place.children.length || visible.some((node, index) => place.children[index] !== node)) {
    place.replaceChildren(...visible);
  }
  // A hidden page need not be drawn.
  if (!document.hidden) showCharts();
}

function announceAlerts({ alerts }: DashboardSnapshot): void {
  const active = alerts.filter(({ clearedAt }) => clearedAt === null);
  const keys = new Set(active.map(({ rule, version }) => `${rule} ${version ?? ''}`));
  if (alertKeys !== null || active.length > 0) {
    const raised = active.filter(({ rule, version }) => !alertKeys?.has(`${rule} ${version ?? ''}`));
    if (raised.length > 0) announce(`Alert: ${raised.map(({ message }) => message).join('. ')}`);
    else if (alertKeys !== null && [...alertKeys].some((key) => !keys.has(key))) announce('An alert was cleared');
  }
  alertKeys = keys;
}

const pause = byId('pause');
pause.addEventListener('click', () => {
  isPaused = !isPaused;
  setAttribute(pause, 'aria-pressed', String(isPaused));
  setText(pause, isPaused ? 'Resume' : 'Pause');
  status.show(isPaused);
  showAll();
});
byId('window').addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement) windowMs = Number(target.value);
  showCharts();
});
document.addEventListener('visibilitychange', showAll);
const theme = byId('theme');
if (theme instanceof HTMLSelectElement) {
  setUpTheme(theme, () => {
    for (const { chart } of drawn) chart.draw();
  });
}

// The page may have been opened without the slash at its end.
const base = new URL(location.pathname.endsWith('/') ? location.pathname : `${location.pathname}/`, location.origin);
new Connection(base, {
  state: (state) => status.connection(state),
  history: (points, isFresh) => {
    if (isFresh) series.clear();
    for (const point of points) series.add(point);
  },
  snapshot: (snapshot) => {
    latest = snapshot;
    series.add(snapshot.point);
    status.heard(snapshot);
    announceAlerts(snapshot);
    showAll();
    status.show(isPaused);
  },
}).open();
setInterval(() => status.show(isPaused), 1_000);
