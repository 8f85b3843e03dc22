import { FraudScorer } from 'fraud-scorer';
import { type DashboardHandler, dashboardHandler } from 'fraud-scorer/http';
import { prepareRequests } from '../../examples/deployments/requests.js';
import { Traffic } from '../../examples/deployments/traffic.js';
import { systemClock } from '../../examples/replay/clock.js';
import { projectPath } from '../support/paths.js';

/** A scorer with everything that the live page can show today: load, a canary, a shadow, labels, and an alert. */
export interface BusyScorer {
  dashboard: DashboardHandler;
  close(): Promise<void>;
}

/** @param rate of requests a second. */
export async function busyScorer(rate: number): Promise<BusyScorer> {
  const scorer = await FraudScorer.create({
    model: projectPath('models/visa-fraud/1'),
    workers: 2,
    unknownFeatures: 'ignore',
    // One alert is there at once, another with the first labels.
    alerts: { maxMemoryGb: 0.25, maxFalsePositiveRate: 0.025, maxLatencyMs: 1_000 },
  });
  const dashboard = dashboardHandler(scorer, { title: 'Card payments' });
  const requests = prepareRequests(14, 2);
  await scorer.deploy(projectPath('examples/deployments/models/2'), { traffic: 'shadow', workers: 1 });
  await scorer.deploy(projectPath('examples/deployments/models/3'), {
    workers: 1,
    canary: {
      steps: [0.25, 0.5, 1],
      stepMs: 600_000,
      maxBlockRateChange: 1,
      maxLatencyRatio: Number.POSITIVE_INFINITY,
    },
  });
  const traffic = new Traffic(scorer, requests, rate, systemClock);
  const sent = { count: 0 };
  const stopLabels = systemClock.every(200, () => {
    // Labels of what was sent since the last time, all at once.
    for (; sent.count < traffic.sent - rate; sent.count += 1) {
      const isFraud = requests[sent.count % requests.length]?.isFraud ?? false;
      if (sent.count % 4 === 0) scorer.recordOutcome({ id: `tx-${sent.count + 1}`, isFraud });
    }
  });
  return {
    dashboard,
    close: async () => {
      dashboard.close();
      traffic.stop();
      stopLabels();
      await scorer.close();
    },
  };
}
