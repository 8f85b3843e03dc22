import Table from 'cli-table3';
import { formatNumber } from '../../report/format.js';
import type { Cells, PartLimits } from './plan.js';
import type { FleetOutcome } from './simulation/fleet.js';

const style = { head: [], border: [] };

const partNames: Readonly<Record<keyof PartLimits, string>> = {
  host: 'a host process that calls RemoteScorer',
  nodeMain: "a node's main thread",
  nodeWorkers: "a node's workers",
  serverCpu: "a nats-server's cores",
  serverNetwork: "a nats-server's network",
  stream: 'a JetStream stream',
};

/** What breaks first: the parts by the rate at which one of them is fully busy. */
export function limitsText(limits: PartLimits): string {
  const table = new Table({ head: ['fully busy at', 'requests/s'], colAligns: ['left', 'right'], style });
  const parts = Object.keys(partNames) as (keyof PartLimits)[];
  for (const part of parts.sort((a, b) => limits[a] - limits[b])) {
    table.push([partNames[part], formatNumber(limits[part], 'count')]);
  }
  return table.toString();
}

/** @param coreHourPrice the price of a core for an hour, in any currency. */
export function needsText(plans: readonly Cells[], coreHourPrice: number): string {
  const table = new Table({
    head: [
      'requests/s',
      'cells',
      'hosts',
      'nodes',
      'servers',
      'streams',
      'cores',
      'Gbit/s a server',
      'a month',
      'a million',
    ],
    colAligns: Array.from({ length: 10 }, () => 'right' as const),
    style,
  });
  for (const { cells, cell } of plans) {
    const { requestsPerSecond, hosts, nodes, servers, streams, cores } = cell;
    const perHour = cores * cells * coreHourPrice;
    const rate = requestsPerSecond * cells;
    const counts = [hosts, nodes, servers, streams, cores].map((count) => count * cells);
    table.push([
      ...[rate, cells, ...counts].map((value) => formatNumber(value, 'count')),
      cell.serverGbps.toFixed(2),
      formatNumber(perHour * 730, 'count'),
      (perHour / ((rate * 3_600) / 1e6)).toPrecision(2),
    ]);
  }
  return table.toString();
}

/** A plan, and what its simulation gave. */
export interface Simulated {
  cells: Cells;
  whole: FleetOutcome;
  /** With one node killed in the middle. */
  killed: FleetOutcome;
}

export function simulatedText(simulated: readonly Simulated[]): string {
  const table = new Table({
    head: [
      'requests/s',
      'P50',
      'P99',
      'P99.9',
      'P99.9, a node killed',
      'rows/message',
      'host',
      'node',
      'worker',
      'server',
    ],
    colAligns: Array.from({ length: 10 }, () => 'right' as const),
    style,
  });
  for (const { cells, whole, killed } of simulated) {
    const { latencyMs, busy, rowsPerMessage } = whole;
    table.push([
      formatNumber(cells.cell.requestsPerSecond * cells.cells, 'count'),
      ...[latencyMs.p50, latencyMs.p99, latencyMs.p999, killed.latencyMs.p999].map((ms) => formatNumber(ms, 'ms')),
      rowsPerMessage.toFixed(1),
      ...[busy.host, busy.node, busy.worker, busy.server].map((share) => formatNumber(share, 'share')),
    ]);
  }
  return table.toString();
}
