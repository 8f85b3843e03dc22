import type { DashboardFleet, DashboardNode } from '../../src/api/dashboard.js';
import type { EarlierSummary } from '../../src/dashboard/source.js';
import { StandInScorer } from './stand-in-scorer.js';

const node: DashboardNode = {
  id: 'node-a',
  status: 'ok',
  reasons: [],
  answered: 1_234,
  errorRate: 0.02,
  p50: 1,
  p99: 3,
  queued: 5,
  inFlight: 2,
  workers: { ready: 1, configured: 2 },
  versions: [
    { version: '1', role: 'primary', traffic: 0.75 },
    { version: '2', role: 'challenger', traffic: 0.25 },
    { version: '3', role: 'shadow', traffic: 0 },
    { version: '0', role: 'standby', traffic: 0 },
  ],
  uptimeSeconds: 60,
};

/** A fleet of plain numbers. */
export class StandInFleet extends StandInScorer {
  fleet(): DashboardFleet {
    const missing: DashboardNode = { ...node, id: 'node-b', status: 'missing', versions: [] };
    return { answering: 1, missing: 1, nodes: [missing, node] };
  }

  earlier(): EarlierSummary {
    const { business } = this.summaryNow;
    return { summary: { ...this.summaryNow, business: { ...business, total: business.total - 500 } }, elapsedMs: 250 };
  }
}
